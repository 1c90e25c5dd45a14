/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mails alerts through a submission server. One message goes to all recipients;
 * one who is refused stops nobody and is named in the outcome, and a further attempt
 * goes to those alone who were put off. What the mail looks like is in email_message.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "email_message.h"
#include "rootwatch/notifier.h"
#include "rootwatch/render.h"
#include "rootwatch/scope.h"

enum {
	ADDRESS_BYTES = 254, /* RFC 5321, 4.5.3.1.3 (and erratum 1690) */
	DETAIL_BYTES = OUTCOME_DETAIL_BYTES - 1,
	WORDS_BYTES = MAIL_RECIPIENTS_MAX * (ADDRESS_BYTES + MAIL_REPLY_BYTES),
	REPLY_BYTES = 80, /* of a server's words about one recipient */
};
_Static_assert(MAIL_RECIPIENTS_MAX <= 64, "a bit of a uint64_t for each recipient");

static const struct setting email_settings[] = {
    {.name = "smtp_url", .type = SETTING_SMTP_URL, .required = true, .summary = "the submission server"},
    {.name = "username", .type = SETTING_TEXT, .summary = "to log in with"},
    {.name = "password", .type = SETTING_TEXT, .secret = true, .summary = "to log in with"},
    {.name = "from", .type = SETTING_TEXT, .required = true, .summary = "the sender's address"},
    {.name = "to", .type = SETTING_TEXTS, .required = true, .summary = "the recipients' addresses, at most 64"},
    {.name = "starttls",
     .type = SETTING_CHOICE,
     .default_value = "required",
     .choices = "required|none",
     .summary = "none: unencrypted, to a server that needs no login on a network that you trust"},
    {.name = "ca_file", .type = SETTING_TEXT, .summary = "certificates to trust instead of the system's"},
    {0},
};

struct email {
	const struct notifier_env *env;
	struct mail_message submission; /* all but recipients and data; borrowed from the settings */
	struct email_envelope envelope;
};

DEFINE_SCOPE(email, struct email, free)

/* How far an alert got: recipients as bits, by their place in `to`. */
struct progress {
	uint64_t accepted, refused;
};

/* name@domain of the characters that need no quoting (RFC 5322 dot-atom): nothing that could end a header or an address. */
static bool is_address(const char *text)
{
	static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+-/=?^_`{|}~";
	static const char domain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
	size_t length = strlen(text), before = strspn(text, name);
	return before > 0 && text[before] == '@' && text[before + 1] != '\0' && length <= ADDRESS_BYTES &&
	       strspn(text + before + 1, domain) == length - before - 1;
}

static bool email_check(const struct email *email, struct err *err)
{
	const struct email_envelope *envelope = &email->envelope;
	if (!is_address(envelope->from))
		return err_set(err, "from: not a mail address (name@domain, without a display name)");
	if (envelope->to_count > MAIL_RECIPIENTS_MAX)
		return err_set(err, "to: %zu recipients, at most %d", envelope->to_count, MAIL_RECIPIENTS_MAX);
	for (size_t i = 0; i < envelope->to_count; i++)
		if (!is_address(envelope->to[i]))
			return err_set(err, "to: entry %zu is not a mail address (name@domain, without a display name)", i + 1);
	if (!email->submission.username != !email->submission.password)
		return err_set(err, "username and password: one needs the other");
	if (email->submission.password && !email->submission.starttls && strncmp(email->submission.url, "smtps:", 6) != 0)
		return err_set(err, "starttls: none would send the password unencrypted");
	return true;
}

/* A setting that was left empty is a setting that was left out. */
static const char *optional_text(const struct settings *settings, const char *name)
{
	const char *text = settings_text(settings, name);
	return text && text[0] != '\0' ? text : NULL;
}

static void *email_open(const struct settings *settings, const struct notifier_env *env, struct err *err)
{
	SCOPED(email) struct email *email = calloc(1, sizeof *email);
	if (!email) {
		err_set(err, "out of memory");
		return NULL;
	}
	const struct setting_value *to = settings_list(settings, "to");
	const char *starttls = settings_text(settings, "starttls");
	email->env = env;
	email->envelope = (struct email_envelope){
	    .from = settings_text(settings, "from"),
	    .to = to->texts,
	    .to_count = to->count,
	};
	email->submission = (struct mail_message){
	    .url = settings_text(settings, "smtp_url"),
	    .starttls = !starttls || strcmp(starttls, "none") != 0,
	    .username = optional_text(settings, "username"),
	    .password = optional_text(settings, "password"),
	    .ca_file = optional_text(settings, "ca_file"),
	    .from = email->envelope.from,
	    .timeout_ms = env->timeout_ms,
	};
	return email_check(email, err) ? steal(&email) : NULL;
}

/* FNV-1a over all recipients: progress means something only while the list is the same. */
static uint32_t recipients_hash(const struct email_envelope *envelope)
{
	uint32_t hash = 2166136261U;
	for (size_t i = 0; i < envelope->to_count; i++) {
		const char *p = envelope->to[i];
		do
			hash = (hash ^ (unsigned char)*p) * 16777619U;
		while (*p++ != '\0');
	}
	return hash;
}

static struct progress progress_read(const struct email *email, const char *resume)
{
	struct progress progress = {0};
	uint32_t hash;
	if (sscanf(resume, "%" SCNx32 " %" SCNx64 " %" SCNx64, &hash, &progress.accepted, &progress.refused) == 3 &&
	    hash == recipients_hash(&email->envelope))
		return progress;
	return (struct progress){0};
}

static void progress_write(const struct email *email, const struct progress *progress, struct outcome *outcome)
{
	snprintf(outcome->resume, sizeof outcome->resume, "%" PRIx32 " %" PRIx64 " %" PRIx64,
	         recipients_hash(&email->envelope), progress->accepted, progress->refused);
}

static bool is_pending(const struct progress *progress, size_t i)
{
	return ((progress->accepted | progress->refused) >> i & 1) == 0;
}

static bool any_pending(const struct email *email, const struct progress *progress)
{
	for (size_t i = 0; i < email->envelope.to_count; i++)
		if (is_pending(progress, i))
			return true;
	return false;
}

/* One submission to those who are pending; notes how each fared. `replies`: one for each of `to`, "" for who was not tried. */
static bool email_submit(const struct email *email, const struct strbuf *data, struct progress *progress,
                         char replies[MAIL_RECIPIENTS_MAX][MAIL_REPLY_BYTES], struct err *err)
{
	struct mail_recipient recipients[MAIL_RECIPIENTS_MAX];
	size_t places[MAIL_RECIPIENTS_MAX], count = 0;
	for (size_t i = 0; i < email->envelope.to_count; i++) {
		replies[i][0] = '\0';
		if (!is_pending(progress, i))
			continue;
		recipients[count] = (struct mail_recipient){.address = email->envelope.to[i], .fate = MAIL_DEFERRED};
		places[count++] = i;
	}
	struct mail_message message = email->submission;
	message.recipients = recipients;
	message.recipient_count = count;
	message.data = data->data;
	message.data_length = data->length;
	bool sent = email->env->mail->send(email->env->mail, &message, err);
	for (size_t i = 0; i < count; i++) {
		progress->accepted |= (uint64_t)(recipients[i].fate == MAIL_ACCEPTED) << places[i];
		progress->refused |= (uint64_t)(recipients[i].fate == MAIL_REFUSED) << places[i];
		memcpy(replies[places[i]], recipients[i].reply, MAIL_REPLY_BYTES);
	}
	return sent;
}

/* "1 of 3 accepted; refused: a@example.com (550 no such user); put off: b@example.com (451 try later)" */
static void describe(const struct email *email, const struct progress *progress,
                     char replies[MAIL_RECIPIENTS_MAX][MAIL_REPLY_BYTES], struct strbuf *out)
{
	strbuf_printf(out, "%d of %zu accepted", __builtin_popcountll(progress->accepted), email->envelope.to_count);
	for (size_t i = 0; i < email->envelope.to_count; i++) {
		if (progress->accepted >> i & 1)
			continue;
		strbuf_printf(out, "; %s: %s", is_pending(progress, i) ? "put off" : "refused", email->envelope.to[i]);
		if (replies[i][0] == '\0')
			continue;
		strbuf_puts(out, " (");
		render_line(replies[i], REPLY_BYTES, out);
		strbuf_putc(out, ')');
	}
}

/* Did the first attempt fail as a whole, for everybody in the same words? */
static bool is_one_reason(const struct email *email, char replies[MAIL_RECIPIENTS_MAX][MAIL_REPLY_BYTES])
{
	for (size_t i = 1; i < email->envelope.to_count; i++)
		if (strcmp(replies[i], replies[0]) != 0)
			return false;
	return true;
}

static struct outcome email_outcome(const struct email *email, const struct progress *progress, const char *detail)
{
	if (any_pending(email, progress)) {
		struct outcome outcome = outcome_retry(-1, "%s", detail);
		progress_write(email, progress, &outcome);
		return outcome;
	}
	return progress->accepted != 0 ? outcome_delivered("%s", detail) : outcome_rejected("%s", detail);
}

static struct outcome email_send(void *self, const struct alert *alert, const char *resume)
{
	const struct email *email = self;
	struct progress progress = progress_read(email, resume);
	SCOPED(strbuf)
	struct strbuf data = STRBUF_INIT(EMAIL_MESSAGE_BYTES), words = STRBUF_INIT(WORDS_BYTES),
	              detail = STRBUF_INIT(DETAIL_BYTES);
	email_render_message(alert, &email->envelope, email->env->now_s(), &data);
	if (data.overflowed) {
		struct outcome outcome = outcome_retry(-1, "out of memory");
		progress_write(email, &progress, &outcome);
		return outcome;
	}
	char replies[MAIL_RECIPIENTS_MAX][MAIL_REPLY_BYTES];
	struct err err = {0};
	bool nobody_before = progress.accepted == 0 && progress.refused == 0;
	bool sent = email_submit(email, &data, &progress, replies, &err);
	if (!sent && nobody_before && is_one_reason(email, replies))
		strbuf_puts(&words, err.text);
	else
		describe(email, &progress, replies, &words);
	render_line(strbuf_text(&words), DETAIL_BYTES, &detail);
	return email_outcome(email, &progress, strbuf_text(&detail));
}

const struct notifier_type notifier_email = {
    .name = "email",
    .summary = "mails through an SMTP submission server",
    .settings = email_settings,
    .open = email_open,
    .send = email_send,
    .close = free,
};
