package dialect

import (
	"regexp"
	"slices"

	"github.com/tidwall/gjson"
)

// readMetadata reads an object whose values are strings.
func readMetadata(v gjson.Result) (map[string]string, error) {
	if v.Type == gjson.Null {
		return nil, nil
	}
	if !v.IsObject() {
		return nil, wrong("", "must be an object, not "+kind(v))
	}
	m := map[string]string{}
	var err error
	v.ForEach(func(k, v gjson.Result) bool {
		if _, twice := m[k.Str]; twice {
			err = wrong(clip(k.Str), "is given twice")
			return false
		}
		if v.Type != gjson.String {
			err = wrong(clip(k.Str), "must be a string, not "+kind(v))
			return false
		}
		m[k.Str] = v.Str
		return true
	})
	return m, err
}

// metadataText is what Bedrock takes as a key or value of requestMetadata.
var metadataText = regexp.MustCompile(`^[a-zA-Z0-9\s:_@$#=/+,\-.]{0,256}$`)

// requestMetadata writes the client's metadata for Bedrock's own logs. If Bedrock would refuse any of
// it, none is sent and the drop is noted.
func requestMetadata(c *Call) []byte {
	if len(c.Metadata) == 0 {
		return nil
	}
	keys := make([]string, 0, min(len(c.Metadata), 17))
	for k, v := range c.Metadata {
		if len(keys) == 16 || k == "" || !metadataText.MatchString(k) || !metadataText.MatchString(v) {
			c.drop("metadata")
			return nil
		}
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b := []byte{'{'}
	for _, k := range keys {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(appendString(b, k), ':')
		b = appendString(b, c.Metadata[k])
	}
	return append(b, '}')
}
