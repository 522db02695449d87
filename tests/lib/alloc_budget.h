/*
 * Makes the n-th allocation fail.  A program that uses it says "wrap: malloc calloc realloc" in its head comment.
 */
#ifndef TESTS_ALLOC_BUDGET_H
#define TESTS_ALLOC_BUDGET_H

/* From now on n allocations succeed and all later ones fail; -1 is no limit, as at the start. */
void alloc_budget_set(long n);

#endif
