/* Alice, who asks, and Bob, who agrees: over the pages, and as often as it takes while the registry comes and goes. */
#ifndef E2E_TWO_PEOPLE_H
#define E2E_TWO_PEOPLE_H

#include "stage.h"

struct two_people {
	struct stage *stage;
	struct visitor alice;
	struct visitor bob;
};

/* Both sign in; the registry must be there. */
void two_people_init(struct two_people *p, struct stage *s);

/* What she sends: with the number of files, which large requests want typed. */
void two_people_form(int64_t object_id, char form[static 64]);

/* Alice asks for the object; true when there is a request, be it from an answer that she never got. */
bool two_people_ask(struct two_people *p, int64_t object_id);

/* Bob approves the request for the object; true when it is approved.  False while his mail has not come, too. */
bool two_people_agree(struct two_people *p, int64_t object_id);

/* Both, for n objects, with a registry that is there. */
void two_people_delete(struct two_people *p, const int64_t *object_ids, int n);

#endif
