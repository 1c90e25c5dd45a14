/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/notifiers/webhook_signature.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "notifiers/webhook_signature.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* The example of the specification's reference implementations. */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID     "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define TIME   "1614265330"
#define BODY   "{\"test\": 2432232314}"
#define SIGNED "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static void it_signs_as_the_specification_does(void **state)
{
	(void)state;
	struct webhook_key key;
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(WEBHOOK_SIGNATURES_BYTES);
	assert_true(webhook_key_read(SECRET, &key));
	assert_int_equal(key.length, 24);
	assert_true(webhook_sign(&key, 1, ID, TIME, BODY, &out));
	assert_string_equal(strbuf_text(&out), SIGNED);
}

static void every_key_signs(void **state)
{
	(void)state;
	struct webhook_key keys[WEBHOOK_KEYS_MAX];
	SCOPED(strbuf) struct strbuf out = STRBUF_INIT(WEBHOOK_SIGNATURES_BYTES);
	for (size_t i = 0; i < WEBHOOK_KEYS_MAX; i++)
		assert_true(webhook_key_read(SECRET, &keys[i]));
	assert_true(webhook_sign(keys, WEBHOOK_KEYS_MAX, ID, TIME, BODY, &out));
	assert_string_equal(strbuf_text(&out), SIGNED " " SIGNED " " SIGNED " " SIGNED);
}

static void whatever_is_signed_changes_the_signature(void **state)
{
	(void)state;
	static const char *const rows[][3] = {
	    {ID "x", TIME, BODY},
	    {ID, TIME "0", BODY},
	    {ID, TIME, BODY " "},
	    {ID, TIME, ""},
	};
	struct webhook_key key;
	assert_true(webhook_key_read(SECRET, &key));
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(WEBHOOK_SIGNATURES_BYTES);
		assert_true(webhook_sign(&key, 1, rows[i][0], rows[i][1], rows[i][2], &out));
		assert_string_not_equal(strbuf_text(&out), SIGNED);
	}
}

#define BASE64_OF_6  "AAECAwQF"
#define BASE64_OF_24 BASE64_OF_6 BASE64_OF_6 BASE64_OF_6 BASE64_OF_6

static void a_key_has_its_form_and_its_length(void **state)
{
	(void)state;
	static const struct {
		const char *secret;
		size_t length; /* 0: refused */
	} rows[] = {
	    {"whsec_" BASE64_OF_24, 24},
	    {"whsec_" BASE64_OF_24 BASE64_OF_24 BASE64_OF_6 BASE64_OF_6 "AAECAw==", 64},
	    {"whsec_" BASE64_OF_24 BASE64_OF_24 BASE64_OF_6 BASE64_OF_6 "AAECAwQ=", 0},
	    {"whsec_" BASE64_OF_6 BASE64_OF_6 BASE64_OF_6 "AAECAwQ=", 0},
	    {"whsec_" BASE64_OF_24 "=", 0},
	    {"whsec_" BASE64_OF_24 " ", 0},
	    {"whsec_", 0},
	    {"WHSEC_" BASE64_OF_24, 0},
	    {BASE64_OF_24, 0},
	    {"whpk_" BASE64_OF_24, 0},
	    {"", 0},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct webhook_key key = {.length = 0};
		assert_int_equal(webhook_key_read(rows[i].secret, &key), rows[i].length > 0);
		assert_int_equal(key.length, rows[i].length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_signs_as_the_specification_does),
	    cmocka_unit_test(every_key_signs),
	    cmocka_unit_test(whatever_is_signed_changes_the_signature),
	    cmocka_unit_test(a_key_has_its_form_and_its_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
