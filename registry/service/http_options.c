#include "http.h"

/*
 * How long clients may take.  A head is one packet or two, sent at once: whoever needs longer than HEAD_MS has no
 * network to speak of, or means harm.  The rates are those of the worst links that people still work with: half a
 * kilobyte a second upwards, as Apache's mod_reqtimeout has it, and the four downwards that GPRS manages.
 */
enum {
	HEAD_MS = 10 * 1000,
	IDLE_S = 30, /* longer than people take from one page to the next, mostly */
	BODY_MS = 600 * 1000,
	SLOW_MS = 20 * 1000,
	BODY_RATE = 512,
	ANSWER_RATE = 4096,
	TICK_MS = 250, /* far below every limit above */
};

static const struct tomb_address loopback = {.name = "127.0.0.1"};

static uint32_t either(uint32_t given, uint32_t otherwise)
{
	return given ? given : otherwise;
}

struct tomb_httpd_options tomb_httpd_options_complete(const struct tomb_httpd_options *given)
{
	struct tomb_httpd_options o = *given;

	o.address = o.address ? o.address : &loopback;
	o.spool_dir = o.spool_dir ? o.spool_dir : "/tmp";
	o.threads = either(o.threads, 8);
	o.queue = either(o.queue, 256);
	o.connections = either(o.connections, 1024);
	o.idle_s = either(o.idle_s, IDLE_S);
	o.head_ms = either(o.head_ms, HEAD_MS);
	o.body_ms = either(o.body_ms, BODY_MS);
	o.slow_ms = either(o.slow_ms, SLOW_MS);
	o.body_rate = either(o.body_rate, BODY_RATE);
	o.answer_rate = either(o.answer_rate, ANSWER_RATE);
	o.tick_ms = either(o.tick_ms, TICK_MS);
	o.request_ms = either(o.request_ms, 30 * 1000);
	o.bodies_max = o.bodies_max ? o.bodies_max : UINT64_C(1) << 30;
	o.clock = o.clock ? o.clock : tomb_clock_real();
	return o;
}
