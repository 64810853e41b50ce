package eval

import "ockham/routing/classifier/train"

// Examples turns rows into what training reads.
func Examples(rows []Row) []train.Example {
	out := make([]train.Example, len(rows))
	for i, r := range rows {
		out[i] = train.Example{
			Text: r.Prompt, Task: r.Task, Kind: r.Kind, Source: r.Source, Cluster: r.Cluster,
			Weak: r.Weak, Strong: r.Strong, Peers: r.Others, WeakWeight: 1, StrongWeight: 1,
		}
	}
	return out
}
