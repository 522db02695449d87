// aws-sdk-go ENDPOINT BUCKET N FROM IN-FLIGHT BATCH: deletes keys FROM to FROM + N - 1 with the library that s5cmd uses,
// as s5cmd uses it: so many DeleteObjects at a time.
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/s3"
)

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	return n
}

func main() {
	if len(os.Args) != 7 {
		log.Fatal("usage: aws-sdk-go ENDPOINT BUCKET N FROM IN-FLIGHT BATCH")
	}
	n, from, batch := number(os.Args[3]), number(os.Args[4]), number(os.Args[6])
	config := aws.NewConfig().WithEndpoint(os.Args[1]).WithRegion("us-east-1").WithS3ForcePathStyle(true)
	client := s3.New(session.Must(session.NewSession(config)))
	var next, gone atomic.Int64
	next.Store(from)
	var lines sync.WaitGroup
	for i := number(os.Args[5]); i > 0; i-- {
		lines.Add(1)
		go func() {
			defer lines.Done()
			for first := next.Add(batch) - batch; first < from+n; first = next.Add(batch) - batch {
				var objects []*s3.ObjectIdentifier
				for key := first; key < min(first+batch, from+n); key++ {
					objects = append(objects, &s3.ObjectIdentifier{Key: aws.String(fmt.Sprintf("k%010d", key))})
				}
				answer, err := client.DeleteObjects(&s3.DeleteObjectsInput{
					Bucket: aws.String(os.Args[2]), Delete: &s3.Delete{Objects: objects}})
				if err != nil {
					log.Fatal(err)
				}
				gone.Add(int64(len(answer.Deleted)))
			}
		}()
	}
	lines.Wait()
	if gone.Load() != n {
		log.Fatalf("%d of %d were deleted", gone.Load(), n)
	}
}
