#include "bag_box.h"

#include "tombstone/hex.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const payload[] = {"data/a.txt", "data/sub/b.txt", NULL};
static const char *const tags[] = {"bagit.txt", "bag-info.txt", "aptrust-info.txt", "manifest-sha256.txt", NULL};

const char *bag_box_path(struct bag_box *box, const char *fmt, ...)
{
	char text[4096];
	char *out = NULL;
	va_list ap;
	int n = 0;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	assert_true(n >= 0 && (size_t)n < sizeof text);
	out = TOMB_NEW(&box->arena, char, strlen(box->root) + (size_t)n + 2);
	assert_non_null(out);
	(void)sprintf(out, "%s/%s", box->root, text);
	return out;
}

static const char *in_bag(struct bag_box *box, const char *path)
{
	return bag_box_path(box, "bag/%s", path);
}

static void put(struct bag_box *box, const char *path, const char *mode, struct tomb_str content)
{
	char full[4096];
	FILE *f = NULL;

	assert_true(snprintf(full, sizeof full, "%s", in_bag(box, path)) < (int)sizeof full);
	for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(full, 0755);
		*slash = '/';
	}
	f = fopen(full, mode);
	assert_non_null(f);
	assert_int_equal(fwrite(content.p, 1, content.n, f), content.n);
	assert_int_equal(fclose(f), 0);
}

void bag_box_write(struct bag_box *box, const char *path, struct tomb_str content)
{
	put(box, path, "we", content);
}

void bag_box_append(struct bag_box *box, const char *path, const char *text)
{
	put(box, path, "ae", tomb_str_from(text));
}

void bag_box_remove(struct bag_box *box, const char *path)
{
	assert_int_equal(unlink(in_bag(box, path)), 0);
}

static const char *digest_of(struct bag_box *box, const char *path, enum tomb_digest_alg alg, char *hex)
{
	TOMB_DIGEST_AUTO *d = NULL;
	struct tomb_err err;
	uint8_t value[TOMB_DIGEST_SIZE_MAX];
	char block[4096];
	size_t n = 0;
	FILE *f = fopen(in_bag(box, path), "re");

	assert_non_null(f);
	assert_int_equal(tomb_digest_new(&d, alg, &err), TOMB_OK);
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		tomb_digest_update(d, (struct tomb_str){block, n});
	assert_int_equal(fclose(f), 0);
	tomb_digest_final(d, value, &n);
	return tomb_hex_encode(value, n, hex);
}

void bag_box_manifest(struct bag_box *box, const char *manifest, enum tomb_digest_alg alg, const char *const *paths)
{
	char hex[TOMB_DIGEST_HEX_MAX];

	bag_box_write(box, manifest, TOMB_STR(""));
	for (; *paths; paths++) {
		bag_box_append(box, manifest, digest_of(box, *paths, alg, hex));
		bag_box_append(box, manifest, "  ");
		bag_box_append(box, manifest, *paths);
		bag_box_append(box, manifest, "\n");
	}
}

void bag_box_seal(struct bag_box *box)
{
	bag_box_manifest(box, "tagmanifest-sha256.txt", TOMB_SHA256, tags);
}

void bag_box_version(struct bag_box *box, const char *version)
{
	bag_box_write(box, "bagit.txt", TOMB_STR("BagIt-Version: "));
	bag_box_append(box, "bagit.txt", version);
	bag_box_append(box, "bagit.txt", "\nTag-File-Character-Encoding: UTF-8\n");
	bag_box_seal(box);
}

struct bag_box *bag_box_new(void)
{
	struct bag_box *box = calloc(1, sizeof *box);
	const char *tmp = getenv("TMPDIR");
	char root[256];

	assert_non_null(box);
	box->arena = tomb_arena_init((size_t)16 * 1024 * 1024);
	assert_true(snprintf(root, sizeof root, "%s/bag-box-XXXXXX", tmp ? tmp : "/tmp") < (int)sizeof root);
	assert_non_null(mkdtemp(root));
	box->root = tomb_arena_str(&box->arena, tomb_str_from(root)).p;
	assert_non_null(box->root);
	bag_box_write(box, "data/a.txt", TOMB_STR("alpha\n"));
	bag_box_write(box, "data/sub/b.txt", TOMB_STR("beta\n"));
	bag_box_write(box, "bag-info.txt",
		TOMB_STR("Source-Organization: Example University\n"
			 "External-Description: Letters to\n  and from\n\tthe observatory\n"
			 "Bag-Group-Identifier: letters\nContact-Name: A. Author\nContact-Name: B. Author\n"
			 "Payload-Oxum: 11.2\n"));
	bag_box_write(box, "aptrust-info.txt",
		TOMB_STR("Title: Letters\r\nAccess: Institution\r\nStorage-Option: Standard\r\n"));
	bag_box_manifest(box, "manifest-sha256.txt", TOMB_SHA256, payload);
	bag_box_version(box, "1.0");
	return box;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void bag_box_free(struct bag_box *box)
{
	(void)nftw(box->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	tomb_arena_fini(&box->arena);
	free(box);
}

void bag_box_run(struct bag_box *box, const char *const *argv)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(box->root) == 0)
			(void)execvp(argv[0], /* NOLINTNEXTLINE(performance-no-int-to-ptr): an old prototype */
				(char *const *)(uintptr_t)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

const char *bag_box_tar(struct bag_box *box, const char *format, const char *option)
{
	const char *argv[] = {
		"tar", "--format", format, "-cf", "bag.tar", option ? option : "bag", option ? "bag" : NULL, NULL};

	bag_box_run(box, argv);
	return bag_box_path(box, "bag.tar");
}

struct tomb_bag *bag_box_verified(const char *path)
{
	struct tomb_bag *bag = NULL;
	struct tomb_err err = {.text = ""};

	if (tomb_bag_open(path, &bag, &err) != TOMB_OK || tomb_bag_verify(bag, NULL, NULL, &err) != TOMB_OK)
		fail_msg("%s", err.text);
	return bag;
}

void bag_box_refused(const char *path, enum tomb_code code, const char *text)
{
	TOMB_BAG_AUTO *bag = NULL;
	struct tomb_err err = {.code = TOMB_OK};
	enum tomb_code got = tomb_bag_open(path, &bag, &err);

	if (got == TOMB_OK)
		got = tomb_bag_verify(bag, NULL, NULL, &err);
	else
		assert_null(bag);
	if (got == TOMB_OK)
		fail_msg("the bag was taken; expected: %s", text);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" does not say \"%s\"", err.text, text);
	assert_int_equal(err.code, got);
	assert_int_equal(got, code);
}
