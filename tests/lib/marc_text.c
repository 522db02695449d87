#include "marc_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { TEXT_MAX = 4096 };

struct tomb_str marc_text(char status, char type, const char *id, const char *title)
{
	static char text[TEXT_MAX];
	char control[300] = "";
	char heading[1024] = "";

	if (id[0])
		(void)snprintf(control, sizeof control, "<controlfield tag=\"001\">%s</controlfield>", id);
	if (type != 'y')
		(void)snprintf(heading, sizeof heading,
			"<datafield tag=\"%s\" ind1=\"1\" ind2=\"0\"><subfield code=\"a\">%s</subfield></datafield>",
			type == 'z' ? "100" : "245", title);
	assert_in_range(snprintf(text, sizeof text,
				"<record xmlns=\"http://www.loc.gov/MARC21/slim\"><leader>00000%c%cm a2200000 a "
				"4500</leader>%s<controlfield tag=\"005\">20200102030405.0</controlfield>%s</record>",
				status, type, control, heading),
		1, sizeof text - 1);
	return tomb_str_from(text);
}
