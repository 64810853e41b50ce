package main

import "ockham/internal/policy"

// offline are the dependencies of a policy that asks nobody: for check and explain.
func offline() policy.Deps {
	return policy.Deps{Scorer: policy.Classifier, Check: policy.NewCheck, Asker: nobody{}}
}
