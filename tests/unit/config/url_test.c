/* SPDX-License-Identifier: Apache-2.0 */
/* Which URLs may be named, and what is shown of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "config/url.h"
#include "rootwatch/scope.h"

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])

/* A name of 253 letters and dots (RFC 1035), and one more. */
#define LABEL       "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789."
#define NAME_OF_253 LABEL LABEL LABEL LABEL "x"

static void https_is_wanted_but_to_this_machine(void **state)
{
	(void)state;
	static const struct {
		const char *url;
		bool allowed;
	} rows[] = {
	    {"https://hooks.slack.com/services/T0/B0/x", true},
	    {"https://example.com", true},
	    {"https://example.com:8443/a?b=c#d", true},
	    {"https://example.com:65535", true},
	    {"https://203.0.113.7/", true},
	    {"https://[2001:db8::1]:443/", true},
	    {"https://_dmarc.example.com/", true},
	    {"https://user:password@example.com/", true},
	    {"https://example.com/@x:y", true}, /* behind the host, @ and : are nothing special */
	    {"https://" NAME_OF_253 "/", true},
	    {"https://" NAME_OF_253 "y/", false},
	    {"http://localhost:4566/", true},
	    {"http://LocalHost/", true},
	    {"http://127.0.0.1:4566", true},
	    {"http://127.255.255.254/", true},
	    {"http://[::1]:4566/", true},
	    {"http://[::ffff:127.0.0.1]/", true},
	    {"http://example.com/", false},
	    {"http://128.0.0.1/", false},
	    {"http://127.0.0.1.example.com/", false},
	    {"http://localhost.example.com/", false},
	    {"http://example.com#127.0.0.1", false},
	    {"http://example.com/?@127.0.0.1", false},
	    {"http://127.0.0.1@example.com/", false},
	    {"http://127.0.0.1:80@example.com/", false},
	    {"http://example.com\\@127.0.0.1/", false}, /* readers differ about where its host is */
	    {"https://a@b@example.com/", false},
	    {"http://0x7f000001/", false},
	    {"http://127.1/", false},
	    {"http://0/", false},
	    {"HTTPS://example.com/", false},
	    {"ftp://example.com/", false},
	    {"xhttps://example.com/", false},
	    {"httpsx://example.com/", false},
	    {"https:/example.com/", false},
	    {"//example.com/", false},
	    {"example.com", false},
	    {"https://", false},
	    {"https:///path", false},
	    {"https://:443/", false},
	    {"https://?x", false},
	    {"https://user@", false},
	    {"https://-example.com/", false},
	    {"https://.example.com/", false},
	    {"https://example.com:/", false},
	    {"https://example.com:", false},
	    {"https://example.com:0/", false},
	    {"https://example.com:65536/", false},
	    {"https://example.com:443x/", false},
	    {"https://example.com:443:443/", false},
	    {"https://example.com:00443/", true},
	    {"https://example.com:000443/", false},
	    {"https://[::1/", false},
	    {"https://[]/", false},
	    {"https://[::1]x/", false},
	    {"https://[::1]:/", false},
	    {"https://exa mple.com/", false},
	    {"https://example.com/a b", false},
	    {"https://example.com/\"", false},
	    {"https://example.com/<x>", false},
	    {"https://example.com/\r\nHost: x", false},
	    {"https://ex\xc3\xa4mple.com/", false},
	    {"", false},
	};
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (url_is_https(rows[i].url) != rows[i].allowed)
			fail_msg("\"%s\"", rows[i].url);
}

static void loopback_is_this_machine_whatever_the_scheme(void **state)
{
	(void)state;
	static const char *const yes[] = {"smtp://localhost:25", "smtps://127.9.9.9", "https://[::1]/", "x://localhost"};
	static const char *const no[] = {"smtp://mail.example.com", "smtp://localhost.", "localhost", "smtp://[::2]", ""};
	for (size_t i = 0; i < LENGTH(yes); i++)
		if (!url_is_loopback(yes[i]))
			fail_msg("\"%s\"", yes[i]);
	for (size_t i = 0; i < LENGTH(no); i++)
		if (url_is_loopback(no[i]))
			fail_msg("\"%s\"", no[i]);
}

static void a_mail_server_has_no_path(void **state)
{
	(void)state;
	static const char *const yes[] = {"smtp://mail.example.com", "smtp://mail.example.com:587",
	                                  "smtps://mail.example.com:465/", "smtp://[2001:db8::1]:25"};
	static const char *const no[] = {"smtp://mail.example.com/x", "smtp://mail.example.com?x",
	                                 "smtp://mail.example.com#",  "smtp://mail.example.com//",
	                                 "https://mail.example.com",  "smtp:mail.example.com",
	                                 "mail.example.com:587",      "smtp://",
	                                 "SMTP://mail.example.com",   "smtp://u:p@mail.example.com",
	                                 "smtp://@mail.example.com"};
	for (size_t i = 0; i < LENGTH(yes); i++)
		if (!url_is_smtp(yes[i]))
			fail_msg("\"%s\"", yes[i]);
	for (size_t i = 0; i < LENGTH(no); i++)
		if (url_is_smtp(no[i]))
			fail_msg("\"%s\"", no[i]);
}

static void passwords_and_queries_are_masked(void **state)
{
	(void)state;
	static const struct {
		const char *url, *shown;
	} rows[] = {
	    {"https://example.com:8443/path#part", "https://example.com:8443/path#part"},
	    {"https://user:secret@example.com/path", "https://user:********@example.com/path"},
	    {"https://user:@example.com/", "https://user:********@example.com/"},
	    {"https://user@example.com/", "https://user@example.com/"},
	    {"https://u:a:b@example.com/", "https://u:********@example.com/"},
	    {"https://example.com/hook?token=secret", "https://example.com/hook?********"},
	    {"https://example.com?token=secret#x", "https://example.com?********"},
	    {"https://u:secret@example.com/?t=secret", "https://u:********@example.com/?********"},
	    {"smtp://u:secret@[::1]:587", "smtp://u:********@[::1]:587"},
	    {"sqlite:/var/lib/rootwatch/rootwatch.db", "sqlite:/var/lib/rootwatch/rootwatch.db"},
	};
	for (size_t i = 0; i < LENGTH(rows); i++) {
		SCOPED(strbuf) struct strbuf out = STRBUF_INIT(256);
		url_mask(rows[i].url, &out);
		assert_string_equal(strbuf_text(&out), rows[i].shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(https_is_wanted_but_to_this_machine),
	    cmocka_unit_test(loopback_is_this_machine_whatever_the_scheme),
	    cmocka_unit_test(a_mail_server_has_no_path),
	    cmocka_unit_test(passwords_and_queries_are_masked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
