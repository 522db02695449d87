#include "alloc_budget.h"

#include <stdbool.h>
#include <stddef.h>

static long budget = -1;

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t n);

void alloc_budget_set(long n)
{
	budget = n;
}

static bool allowed(void)
{
	if (budget > 0)
		budget--;
	else if (budget == 0)
		return false;
	return true;
}

void *__wrap_malloc(size_t n)
{
	return allowed() ? __real_malloc(n) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return allowed() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *p, size_t n)
{
	return allowed() ? __real_realloc(p, n) : NULL;
}
