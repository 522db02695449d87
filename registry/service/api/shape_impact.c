/* What a deletion takes, and what stands in its way, as JSON. */
#include "answer.h"
#include "shape.h"
#include "tombstone/retention_fee.h"

#include <inttypes.h>
#include <stdio.h>

static void put_amount(struct tomb_json *w, const char *key, int64_t cents, struct tomb_str currency)
{
	char amount[TOMB_FEE_TEXT];

	(void)snprintf(amount, sizeof amount, "%" PRId64 ".%02d", cents / 100, (int)(cents % 100));
	tomb_json_begin_object(w, key);
	tomb_json_str(w, "amount", tomb_str_from(amount));
	tomb_json_str(w, "currency", currency);
	tomb_json_end_object(w);
}

/* null where no price is set. */
static void put_fee(struct tomb_json *w, const struct tomb_impact_fee *fee)
{
	if (fee->currency.n == 0)
		tomb_json_null(w, "early_deletion_fee");
	else
		put_amount(
			w, "early_deletion_fee", tomb_retention_fee(fee->byte_days, fee->price_nanos), fee->currency);
}

void tomb_shape_impact(struct tomb_json *w, const struct tomb_impact *impact)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_str(w, "storage_option", impact->storage_option);
	tomb_json_int(w, "min_days", impact->min_days);
	tomb_json_str(w, "backend", impact->backend);
	tomb_json_int(w, "copies", impact->copies);
	tomb_json_int(w, "bytes", impact->bytes);
	put_fee(w, &impact->fee);
	tomb_json_end_object(w);
}

/* One sum for each currency, in the order in which they come. */
static void put_fees(struct tomb_json *w, const struct tomb_impacts *impacts)
{
	tomb_json_begin_array(w, "early_deletion_fees");
	for (size_t i = 0; i < impacts->n; i++) {
		struct tomb_str currency = impacts->p[i].fee.currency;
		int64_t cents = 0;
		bool is_done = currency.n == 0;

		for (size_t k = 0; k < i; k++)
			is_done = is_done || tomb_str_eq(impacts->p[k].fee.currency, currency);
		if (is_done)
			continue;
		for (size_t k = i; k < impacts->n; k++) {
			const struct tomb_impact_fee *fee = &impacts->p[k].fee;

			if (tomb_str_eq(fee->currency, currency) &&
				__builtin_add_overflow(
					cents, tomb_retention_fee(fee->byte_days, fee->price_nanos), &cents))
				cents = INT64_MAX;
		}
		put_amount(w, NULL, cents, currency);
	}
	tomb_json_end_array(w);
}

static void put_ages(struct tomb_json *w, const struct tomb_deletion_preview *p)
{
	tomb_json_begin_array(w, "too_young");
	for (size_t i = 0; i < p->nages; i++) {
		tomb_json_begin_object(w, NULL);
		tomb_json_str(w, "storage_option", p->ages[i].storage_option);
		tomb_json_time(w, "eligible_at", p->ages[i].eligible_at_us);
		tomb_json_int(w, "copies", p->ages[i].copies);
		tomb_json_int(w, "bytes", p->ages[i].bytes);
		tomb_json_end_object(w);
	}
	tomb_json_end_array(w);
}

void tomb_shape_preview(struct tomb_json *w, const struct tomb_deletion_preview *p)
{
	tomb_json_begin_object(w, NULL);
	tomb_json_bool(w, "can_be_requested", p->nobstacles == 0);
	tomb_json_int(w, "objects", p->objects);
	tomb_json_int(w, "files", p->files);
	tomb_json_int(w, "bytes", p->bytes);
	tomb_json_int(w, "deleted", p->deleted);
	tomb_json_int(w, "pending_files", p->pending_files);
	tomb_json_int(w, "held_files", p->held_files);
	tomb_json_int(w, "lockable_copies", p->lockable_copies);
	tomb_api_time(w, "eligible_at", p->eligible_at_us);
	put_ages(w, p);
	tomb_json_begin_array(w, "copies");
	for (size_t i = 0; i < p->impacts.n; i++)
		tomb_shape_impact(w, &p->impacts.p[i]);
	tomb_json_end_array(w);
	put_fees(w, &p->impacts);
	tomb_shape_obstacles(w, "obstacles", p->obstacles, p->nobstacles);
	tomb_json_end_object(w);
}
