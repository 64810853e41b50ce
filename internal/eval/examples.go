package eval

import "ockham/routing/classifier/train"

// Examples turns rows into what training reads.
func Examples(rows []Row) []train.Example {
	out := make([]train.Example, len(rows))
	for i, r := range rows {
		out[i] = train.Example{
			Text: r.Prompt, Task: r.Task, Kind: r.Kind, Source: r.Source, Cluster: r.Cluster,
			Small: r.Small, Large: r.Large, Peers: r.Others, SmallWeight: 1, LargeWeight: 1,
		}
	}
	return out
}
