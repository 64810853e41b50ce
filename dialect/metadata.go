package dialect

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// readMetadata reads an object of any names, whose values are strings; null values are left out.
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
		if v.Type == gjson.Null {
			return true
		}
		if v.Type != gjson.String {
			err = wrong(clip(k.Str), "must be a string, not "+kind(v))
			return false
		}
		if len(m) == 64 {
			err = wrong("", "must have at most 64 members")
			return false
		}
		m[k.Str] = v.Str
		return true
	})
	return m, err
}

// metadataText tells whether Bedrock takes s as a key or value of requestMetadata.
func metadataText(s string) bool {
	for i := range len(s) {
		if c := s[i]; !wordByte(c) && strings.IndexByte(" \t\n\v\f\r:_@$#=/+,-.", c) < 0 {
			return false
		}
	}
	return len(s) <= 256
}

// requestMetadata writes the client's metadata for Bedrock's own logs. If Bedrock would refuse any of
// it, none is sent and the drop is noted.
func requestMetadata(c *Call) []byte {
	if len(c.Metadata) == 0 {
		return nil
	}
	keys := make([]string, 0, min(len(c.Metadata), 17))
	for k, v := range c.Metadata {
		if len(keys) == 16 || k == "" || !metadataText(k) || !metadataText(v) {
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
