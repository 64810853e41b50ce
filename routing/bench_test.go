package routing

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// page is two kilobytes of what people send: prose, a list, code and figures.
const page = `Please read the minutes below and tell me who has to do what until Friday. Some of it was said twice.

1. Marta presented the figures for the third quarter: revenue rose by 4.2 % to $1,250,300, costs by 6 %.
2. The supplier from Graz asked for an answer about the new contract; Jonas will call them before Thursday.
3. The build is slow again. Somebody suggested to cache the modules, which saved 12 minutes elsewhere.

    func total(rows []Row) (sum float64) {
        for _, r := range rows {
            sum += r.Price * float64(r.Count)
        }
        return sum
    }

Anna does not think that the function above handles refunds, because their count is negative and the price is not. She wants a test for that. Jonas said that he had seen the same in the old system, where it took a week to find. After a discussion about whether the warehouse should open on Saturdays in December, which was left open because two people were missing, everybody agreed to meet again on the fourteenth.

Open questions: does the insurance cover the new forklift? Who tells the customers in Straßburg that the delivery of 3 pallets will be late? Could the invoice numbers 20231, 20232 and 20240 be checked once more, since the amounts (812.40, 99.95 and 1,004.00) do not match what the bank says?

The next meeting is about the budget. Everyone brings a proposal of at most one page; the templates are in the shared folder, next to last year's. Please keep names as they are, write in short sentences, and put the most urgent task first. If a task has no owner, say so instead of guessing one. Thank you, and sorry for the mess; the recording stopped after twenty minutes and I had to write the rest from memory.
`

func promptOf(bytes int) *Prompt {
	text := strings.Repeat(page, bytes/len(page)+1)[:bytes]
	return &Prompt{ID: "bench", Turns: []Turn{{Role: "user", Text: text}}}
}

func BenchmarkPlan(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"500B", 500}, {"8KB", 8 << 10}, {"64KB", 64 << 10}, {"1MB", 1 << 20}} {
		b.Run(size.name, func(b *testing.B) {
			r, p := testRouter(b, nil), promptOf(size.bytes)
			b.SetBytes(int64(size.bytes))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Plan(context.Background(), p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEstimate(b *testing.B) {
	text := promptOf(8 << 10).Turns[0].Text
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Estimate(text)
	}
}

func BenchmarkHostile(b *testing.B) {
	for name, unit := range hostile {
		for _, size := range []int{1 << 20, 4 << 20} {
			b.Run(fmt.Sprintf("%s/%dMB", name, size>>20), func(b *testing.B) {
				p := ask(strings.Repeat(unit, size/len(unit)))
				b.SetBytes(int64(size))
				for b.Loop() {
					Extract(p)
				}
			})
		}
	}
}
