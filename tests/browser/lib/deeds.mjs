// What people do on the pages, from one to the next.

/** From the object's or file's page to that of the request; gives the request's number. */
export async function asksForDeletion({ page }, address) {
	await page.goto(address);
	await page.locator('.heading, main').getByRole('link', { name: /^Delete/ }).first().click();
	await page.getByRole('textbox').last().fill('the contract has ended');
	await page.getByRole('button', { name: /^Request deletion of/ }).click();
	await page.waitForURL(/\/deletions\/show\/\d+/);
	return Number(/\/deletions\/show\/(\d+)/.exec(page.url())[1]);
}

/** The link of the mail brings the token along; the page asks for it all the same. */
export async function followsTheLink(person, request) {
	const { link } = await person.askedToDecide(request);
	await person.page.goto(link);
	await person.page.getByRole('button', { name: 'Review the request' }).click();
	return link;
}

export async function approves(person, request) {
	await followsTheLink(person, request);
	await person.page.getByRole('button', { name: /^Approve deletion of/ }).click();
	await person.page.getByText('You have approved this deletion').waitFor();
}

export async function rejects(person, request) {
	await followsTheLink(person, request);
	await person.page.getByRole('button', { name: 'Reject request' }).click();
	await person.page.getByText('You have rejected this request').waitFor();
}
