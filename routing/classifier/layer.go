package classifier

// Depth is the number of questions a tree asks.
const Depth = 3

// Tree asks Depth questions of the inputs; node i is followed by 2i+1 where the input is at most the
// node's limit and by 2i+2 where it is above.
type Tree struct {
	Input [1<<Depth - 1]uint8   `json:"i"`
	Limit [1<<Depth - 1]float32 `json:"l"`
	Value [1 << Depth]float32   `json:"v"`
}

// at takes no branch: which way a tree goes is what a processor cannot guess.
func (t *Tree) at(in *[Inputs]float32) float32 {
	node := 0
	for range Depth {
		above := 0
		if in[t.Input[node]] > t.Limit[node] {
			above = 1
		}
		node = 2*node + 1 + above
	}
	return t.Value[node-(1<<Depth-1)]
}

// Forest is one output of the last layer: a sum of trees.
type Forest struct {
	Base  float64 `json:"base"`
	Trees []Tree  `json:"trees"`
}

// At is the output for in.
func (f *Forest) At(in *[Inputs]float32) float64 {
	sum := float32(0)
	for i := range f.Trees {
		sum += f.Trees[i].at(in)
	}
	return f.Base + float64(sum)
}

// valid tells whether every question is about an input that there is.
func (f *Forest) valid() bool {
	for i := range f.Trees {
		for _, in := range f.Trees[i].Input {
			if int(in) >= Inputs {
				return false
			}
		}
	}
	return true
}

// Layer is a last layer.
type Layer struct {
	Small Forest `json:"weak"`   // log odds that the small model's answer is good
	Large Forest `json:"strong"` // the same of the large model
	Need  Forest `json:"need"`   // what the large model adds; see Judge
}

// Judge gives the chances of both models, and what the large one is expected to add: the mean of two
// estimates, one learned for itself and the difference of the chances, which ranks better than either.
func (l *Layer) Judge(in *[Inputs]float32) (small, large, need float64) {
	small, large = sigmoid(l.Small.At(in)), sigmoid(l.Large.At(in))
	return small, large, (l.Need.At(in) + large - small) / 2
}

func (l *Layer) valid() bool { return l.Small.valid() && l.Large.valid() && l.Need.valid() }

// Norm makes a dense feature comparable: mean nought, spread one, outliers cut.
type Norm struct {
	Mean   float32 `json:"mean"`
	Spread float32 `json:"spread"`
}

func (n Norm) standard(v float32) float32 {
	return min(max((v-n.Mean)/n.Spread, -3), 3)
}
