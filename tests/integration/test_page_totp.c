/* The QR code of a second factor's set-up page, read by a reader that others made. */
#include "site.h"
#include "tombstone/user.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SCALE = 4, SIDE_MAX = 200, ADDRESS_MAX = 1024, SKIPPED = 77 };

struct picture {
	int side; /* with the quiet zone, in squares */
	unsigned char dark[SIDE_MAX][SIDE_MAX];
};

/* As a browser paints it: rectangles one square high, "Mx yhNv1h-Nz". */
static void paint(const char *page, struct picture *out)
{
	const char *box = strstr(page, "viewBox=\"-4 -4 ");
	const char *at = strstr(page, "<path class=\"dark\" d=\"");
	int x = 0;
	int y = 0;
	int n = 0;
	int back = 0;
	int used = 0;

	assert_true(box && at);
	out->side = (int)strtol(box + strlen("viewBox=\"-4 -4 "), NULL, 10);
	assert_in_range(out->side, 21 + 8, SIDE_MAX);
	for (at += strlen("<path class=\"dark\" d=\""); *at != '"'; at += used) {
		used = 0;
		/* NOLINTNEXTLINE(cert-err34-c): a number that does not fit is out of range, too */
		assert_int_equal(sscanf(at, "M%d %dh%dv1h-%dz%n", &x, &y, &n, &back, &used), 4);
		assert_int_equal(n, back);
		assert_in_range(y + 4, 4, out->side - 5);
		assert_in_range(x + 4 + n, 5, out->side - 4);
		for (int i = 0; i < n; i++)
			out->dark[y + 4][x + 4 + i] = 1;
	}
}

static void write_picture(const struct picture *p, const char *path)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_true(fprintf(f, "P5 %d %d 255\n", p->side * SCALE, p->side * SCALE) > 0);
	for (int y = 0; y < p->side * SCALE; y++)
		for (int x = 0; x < p->side * SCALE; x++)
			assert_int_not_equal(fputc(p->dark[y / SCALE][x / SCALE] ? 0 : 255, f), EOF);
	assert_int_equal(fclose(f), 0);
}

static void read_picture(const char *path, char text[static ADDRESS_MAX])
{
	char command[256];
	FILE *f = NULL;

	(void)snprintf(command, sizeof command, "zbarimg --quiet --raw --oneshot -Sdisable -Sqrcode.enable %s", path);
	f = popen(command, "re"); /* NOLINT(cert-env33-c): a test, and a name of our own making */
	assert_non_null(f);
	assert_non_null(fgets(text, ADDRESS_MAX, f));
	assert_int_equal(pclose(f), 0);
	text[strcspn(text, "\n")] = '\0';
}

static void the_code_says_the_address_that_stands_beside_it(void **state)
{
	struct site *s = *state;
	struct picture *picture = calloc(1, sizeof *picture);
	char path[128];
	char read[ADDRESS_MAX] = "";
	char shown[ADDRESS_MAX + 64];
	char *at = NULL;
	RAW_ANSWER_AUTO a = {0};

	assert_non_null(picture);
	TOMB_OK_OR_FAIL(tomb_user_set_password(s->world.registry, &s->world.oscar, s->world.bob.user_id,
		TOMB_STR("correct horse battery staple"), &err));
	site_sign_in(&s->world.bob, &s->bob);
	site_post(s, &s->bob, "password=correct+horse+battery+staple", &a, "/account/totp/begin");
	assert_int_equal(a.status, 303);
	site_get(s, &s->bob, &a, "/account/totp");
	SITE_SAYS(&a, 200, "role=\"img\" aria-label=\"The address below, for a camera (QR)\"");
	paint(a.body, picture);
	(void)snprintf(path, sizeof path, "%s/code.pgm", s->world.folder);
	write_picture(picture, path);
	read_picture(path, read);
	assert_int_equal(strncmp(read, "otpauth://totp/Tombstone:bob%40test.edu?secret=", 47), 0);
	at = strchr(read, '&');
	assert_non_null(at);
	*at = '\0';
	(void)snprintf(shown, sizeof shown, ">%s&amp;%s</code>", read, at + 1); /* as HTML writes it */
	SITE_SAYS(&a, 200, shown);
	free(picture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_code_says_the_address_that_stands_beside_it, site_set_up, site_tear_down),
	};

	if (system("command -v zbarimg > /dev/null") != 0) /* NOLINT(cert-env33-c): a test */
		return SKIPPED;
	return cmocka_run_group_tests_name("the page of second factors", tests, NULL, NULL);
}
