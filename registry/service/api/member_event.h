/* PREMIS events in the form of the member API (PremisEventView, whose fields PremisEvent's are part of). */
#ifndef TOMB_MEMBER_EVENT_H
#define TOMB_MEMBER_EVENT_H

#include "tombstone/json_writer.h"
#include "tombstone/premis_event.h"

void tomb_member_put_event(struct tomb_json *w, const struct tomb_premis_event *event);

#endif
