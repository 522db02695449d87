// Somebody who has no mouse: Tab, Shift+Tab, Enter, Space and letters.
import assert from 'node:assert/strict';

const STEPS_MAX = 150; // further than any page's last control

/** What has the focus, as a screen reader would name it, and whether a sighted person can tell. */
function focused(page) {
	return page.evaluate(() => {
		const e = document.activeElement;
		const style = getComputedStyle(e);
		const box = e.getBoundingClientRect();
		const label = e.labels?.[0]?.textContent ?? e.getAttribute('aria-label') ?? e.textContent;
		const middle = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
		return {
			tag: e.tagName.toLowerCase(),
			name: (label ?? '').replace(/\s+/g, ' ').trim(),
			hasOutline: (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none',
			isInView: box.bottom > 0 && box.top < innerHeight && box.width > 0,
			isCovered: middle !== null && middle !== e && !e.contains(middle) && !middle.contains(e),
		};
	});
}

/** Presses Tab until a control of this name has the focus.  On the way, each focus must be seen. */
export async function tabTo(page, name) {
	for (let i = 0; i < STEPS_MAX; i++) {
		await page.keyboard.press('Tab');
		const at = await focused(page);
		if (at.tag === 'body') continue; // past the last one: the browser's own controls
		assert.ok(at.hasOutline, `nothing shows that <${at.tag}> "${at.name}" has the focus`);
		assert.ok(at.isInView, `<${at.tag}> "${at.name}" has the focus outside the window`);
		assert.ok(!at.isCovered, `<${at.tag}> "${at.name}" has the focus behind something`);
		if (typeof name === 'string' ? at.name === name : name.test(at.name)) return at;
	}
	throw new Error(`no way by Tab to ${name} on ${page.url()}`);
}

/** The same, and then Enter. */
export async function goTo(page, name) {
	await tabTo(page, name);
	await page.keyboard.press('Enter');
	await page.waitForLoadState();
}
