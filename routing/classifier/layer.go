package classifier

// Linear is one output of the last layer.
type Linear struct {
	Bias    float64         `json:"bias"`
	Weights [Inputs]float32 `json:"weights"`
}

func (l *Linear) at(in *[Inputs]float32) float64 {
	sum := float32(0)
	for i, v := range in {
		sum += v * l.Weights[i]
	}
	return l.Bias + float64(sum)
}

// Norm makes a dense feature comparable: mean nought, spread one, outliers cut.
type Norm struct {
	Mean   float32 `json:"mean"`
	Spread float32 `json:"spread"`
}

func (n Norm) standard(v float32) float32 {
	return min(max((v-n.Mean)/n.Spread, -3), 3)
}
