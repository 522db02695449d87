// node aws-sdk-js.mjs ENDPOINT BUCKET N FROM IN-FLIGHT BATCH [quiet]: deletes keys FROM to FROM + N - 1 with
// @aws-sdk/client-s3, so many batches at a time.
import { createRequire } from 'node:module';

const cache = process.env.TOMBSTONE_BENCH_CACHE || `${process.env.HOME}/.cache/tombstone-bench`;
const { S3Client, DeleteObjectsCommand } = createRequire(`${cache}/js/`)('@aws-sdk/client-s3');
const [endpoint, Bucket, n, from, inFlight, batch, quiet] = process.argv.slice(2);
const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true });
let next = Number(from);
const end = next + Number(n);
let gone = 0;

async function line() {
	while (next < end) {
		const Objects = [];
		for (const to = Math.min(end, next + Number(batch)); next < to; next++)
			Objects.push({ Key: 'k' + String(next).padStart(10, '0') });
		const answer = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: Boolean(quiet) } }));
		gone += quiet ? Objects.length - (answer.Errors?.length ?? 0) : answer.Deleted.length;
	}
}

await Promise.all(Array.from({ length: Number(inFlight) }, line));
if (gone !== Number(n))
	throw new Error(`${gone} of ${n} were deleted`);
