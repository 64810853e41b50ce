package iam_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ockham/envoy/iam"
)

func TestPolicyNamesWhatIsUsedAndNoMore(t *testing.T) {
	got, err := iam.Policy(iam.Need{
		Models: []iam.Model{
			{ID: "us.anthropic.claude-haiku-5-5", Foundation: "anthropic.claude-haiku-5-5", Geography: "us", Count: true},
			{ID: "amazon.titan-text-lite-v1", Foundation: "amazon.titan-text-lite-v1"},
			{ID: "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1", Foundation: "anthropic.claude-opus-5-5", Geography: "us"},
		},
		Guardrails: []string{"g1"}, Regions: []string{"us-east-1", "us-west-2"}, Account: "123456789012",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Models",
      "Effect": "Allow",
      "Action": [
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock:CountTokens"
      ],
      "Resource": [
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-text-lite-v1",
        "arn:aws:bedrock:us-west-2::foundation-model/amazon.titan-text-lite-v1"
      ]
    },
    {
      "Sid": "Profiles",
      "Effect": "Allow",
      "Action": [
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock:CountTokens"
      ],
      "Resource": [
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-haiku-5-5",
        "arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-haiku-5-5"
      ]
    },
    {
      "Sid": "ModelsBehindProfiles",
      "Effect": "Allow",
      "Action": [
        "bedrock:InvokeModel",
        "bedrock:InvokeModelWithResponseStream",
        "bedrock:CountTokens"
      ],
      "Resource": [
        "arn:aws:bedrock:us-*::foundation-model/anthropic.claude-haiku-5-5",
        "arn:aws:bedrock:us-*::foundation-model/anthropic.claude-opus-5-5"
      ],
      "Condition": {
        "ArnLike": {
          "bedrock:InferenceProfileArn": [
            "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-haiku-5-5",
            "arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.anthropic.claude-haiku-5-5"
          ]
        }
      }
    },
    {
      "Sid": "Guardrails",
      "Effect": "Allow",
      "Action": [
        "bedrock:ApplyGuardrail"
      ],
      "Resource": [
        "arn:aws:bedrock:us-east-1:123456789012:guardrail/g1",
        "arn:aws:bedrock:us-west-2:123456789012:guardrail/g1"
      ]
    }
  ]
}
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}
