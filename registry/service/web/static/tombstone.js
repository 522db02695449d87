// Enhancements only: every page works without this file.
"use strict";

// Live progress.  An element with data-progress="ADDRESS OF A STREAM" holds a progress bar, an element with
// data-progress-text for the numbers, and one with data-progress-said, a live region for those who hear the page.
(function () {
	const SAY_EVERY_MS = 15000; // who listens is not to be told every second

	function number(n) {
		return n.toLocaleString("en");
	}

	function sentence(p) {
		let text = number(p.deleted) + " of " + number(p.total) + (p.total === 1 ? " file deleted" : " files deleted");

		if (p.refused > 0)
			text += ", " + number(p.refused) + " refused";
		if (p.failed > 0)
			text += ", " + number(p.failed) + " failed";
		return text;
	}

	function follow(place) {
		const bar = place.querySelector("progress");
		const text = place.querySelector("[data-progress-text]");
		const said = place.querySelector("[data-progress-said]");
		const stream = new EventSource(place.dataset.progress);
		let lastSaid = Date.now();

		function say(words, now) {
			if (!now && Date.now() - lastSaid < SAY_EVERY_MS)
				return;
			lastSaid = Date.now();
			said.textContent = words;
		}

		function show(event) {
			const p = JSON.parse(event.data);

			bar.max = Math.max(p.total, 1);
			bar.value = p.deleted + p.refused + p.failed;
			text.textContent = sentence(p);
			return text.textContent;
		}

		stream.addEventListener("progress", function (event) {
			say(show(event), false);
		});
		stream.addEventListener("end", function (event) {
			stream.close();
			say("The work has ended: " + show(event) + ". Reload the page for the outcome.", true);
			said.classList.remove("hidden");
		});
		stream.addEventListener("away", function () {
			say("The ledger cannot be reached at the moment. The numbers may be old.", true);
			said.classList.remove("hidden");
			stream.addEventListener("progress", function () {
				said.classList.add("hidden");
			}, { once: true });
		});
		stream.addEventListener("over", function () {
			stream.close();
			say("You are no longer signed in.", true);
			said.classList.remove("hidden");
		});
		window.addEventListener("pagehide", function () {
			stream.close();
		});
	}

	if (typeof EventSource === "function")
		document.querySelectorAll("[data-progress]").forEach(follow);
})();

// A box above a column of boxes: <input data-checks="NAME"> checks all of that name.  What does the same without a
// script goes away.
(function () {
	document.querySelectorAll("[data-checks]").forEach(function (head) {
		const boxes = Array.from(document.querySelectorAll("input[name='" + head.dataset.checks + "']"));

		function look() {
			const n = boxes.filter(function (box) { return box.checked; }).length;

			head.checked = n > 0 && n === boxes.length;
			head.indeterminate = n > 0 && n < boxes.length;
		}

		head.addEventListener("change", function () {
			boxes.forEach(function (box) { box.checked = head.checked; });
		});
		boxes.forEach(function (box) { box.addEventListener("change", look); });
		document.querySelectorAll(".without-script").forEach(function (e) { e.hidden = true; });
		head.hidden = false;
		look();
	});
})();
