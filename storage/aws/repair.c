#include "aws/repair.h"

#include "aws/place.h"
#include "tombstone/clock.h"
#include "tombstone/time.h"

#define SKEW_REFUSED_US (INT64_C(900) * TOMB_US_PER_S) /* 15 minutes: what AWS refuses */
#define SKEW_SEEN_US (INT64_C(60) * TOMB_US_PER_S)     /* less is not what a service means by skew */
#define SKEW_MAX_US (INT64_C(86400) * TOMB_US_PER_S)   /* more is a broken clock: whose, a person must say */

int64_t aws_repair_now_us(const struct aws_client *client)
{
	return tomb_clock_wall_us(tomb_clock_real()) + client->clock_offset_us;
}

/* How much later it is there than we said, by the answer's Date; 0 if it has none. */
static int64_t skew_of(int64_t offset_us, const struct tomb_http_answer *answer)
{
	int64_t there = 0;

	if (!tomb_time_parse_http(tomb_http_header(answer, "Date"), &there))
		return 0;
	return there - tomb_clock_wall_us(tomb_clock_real()) - offset_us;
}

static bool is_beyond(int64_t us, int64_t limit)
{
	return us > limit || us < -limit;
}

static enum aws_repair find_repair(
	const struct aws_signed *was, const struct tomb_http_answer *answer, const struct aws_verdict *verdict)
{
	/* An answer to HEAD has no words: its date has to do. */
	if (verdict->repair == AWS_REPAIR_NONE && answer->status == 403 &&
		is_beyond(skew_of(was->clock_offset_us, answer), SKEW_REFUSED_US))
		return AWS_REPAIR_CLOCK;
	return verdict->repair;
}

static bool repair_clock(struct aws_client *client, const struct tomb_http_answer *answer)
{
	int64_t skew = skew_of(client->clock_offset_us, answer);
	int64_t offset = client->clock_offset_us + skew;

	if (!is_beyond(skew, SKEW_SEEN_US) || is_beyond(offset, SKEW_MAX_US))
		return false;
	client->clock_offset_us = offset;
	return true;
}

/* Without a word, only keys that end can be the reason. */
static bool may_be_keys(struct aws_client *client, const struct aws_verdict *verdict)
{
	const struct aws_keys *keys = NULL;
	struct tomb_err ignored;

	return verdict->word.n > 0 ||
	       (aws_provider_keys(client->provider, aws_repair_now_us(client), &keys, &ignored) == TOMB_OK &&
		       keys->session_token.n > 0);
}

static enum tomb_code repair_keys(
	struct aws_client *client, const struct aws_verdict *verdict, bool *again, struct tomb_err *err)
{
	struct tomb_err failed;
	enum tomb_code code = TOMB_OK;

	if (!may_be_keys(client, verdict))
		return TOMB_OK;
	code = aws_provider_renew(client->provider, aws_repair_now_us(client), &failed);
	*again = code == TOMB_OK;
	/* What the service said of the keys tells more than that there are no others. */
	if (code == TOMB_OK || code == TOMB_STORE_DENIED || verdict->word.n == 0)
		return TOMB_OK;
	*err = failed;
	return tomb_err_in(err, "the keys have ended");
}

/* Another request was refused for it before, and it is done. */
static bool is_repaired(const struct aws_client *client, const struct aws_signed *was, enum aws_repair repair)
{
	switch (repair) {
	case AWS_REPAIR_NONE:
		break;
	case AWS_REPAIR_CLOCK:
		return was->clock_offset_us != client->clock_offset_us;
	case AWS_REPAIR_KEYS:
		return was->key_changes != aws_provider_changes(client->provider);
	case AWS_REPAIR_REGION:
		return was->moves != client->moves;
	}
	return false;
}

static bool repair_region(struct aws_client *client, struct tomb_str region)
{
	struct tomb_err ignored;

	if (tomb_str_eq(region, tomb_str_from(client->region)) || aws_place_set(client, region, &ignored) != TOMB_OK)
		return false;
	client->moves++;
	return true;
}

enum tomb_code aws_repair(struct aws_client *client, const struct aws_signed *was,
	const struct tomb_http_answer *answer, const struct aws_verdict *verdict, unsigned *done, bool *again,
	struct tomb_err *err)
{
	enum aws_repair repair = find_repair(was, answer, verdict);

	if (*done & (1U << repair))
		return TOMB_OK;
	*done |= 1U << repair;
	*again = is_repaired(client, was, repair);
	if (*again)
		return TOMB_OK;
	switch (repair) {
	case AWS_REPAIR_NONE:
		break;
	case AWS_REPAIR_CLOCK:
		*again = repair_clock(client, answer);
		break;
	case AWS_REPAIR_KEYS:
		return repair_keys(client, verdict, again, err);
	case AWS_REPAIR_REGION:
		*again = repair_region(client, verdict->region);
		break;
	}
	return TOMB_OK;
}
