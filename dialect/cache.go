package dialect

import (
	"ockham/bedrock"

	"github.com/tidwall/gjson"
)

// readCache reads cache_control, {"type":"ephemeral","ttl"?}, into the block that Converse has for it;
// nil stands for null.
func readCache(v gjson.Result) (*bedrock.Block, error) {
	if v.Type == gjson.Null {
		return nil, nil
	}
	var ttl string
	err := members(v, func(name string, v gjson.Result) (err error) {
		switch name {
		case "type":
			_, err = oneOf(v, "ephemeral")
		case "ttl":
			ttl, err = oneOf(v, "5m", "1h")
		default:
			err = errIgnored
		}
		return err
	})
	return cachePoint(ttl), err
}

// withCache adds a cache point, where there is one, to what it stands behind.
func withCache(blocks []bedrock.Block, point *bedrock.Block) []bedrock.Block {
	if point == nil {
		return blocks
	}
	return append(blocks, *point)
}

// outsideResult takes the cache points out of a tool result's content: one may stand after it only.
func outsideResult(content []bedrock.Block, after *bedrock.Block) ([]bedrock.Block, *bedrock.Block) {
	kept := content[:0]
	for _, b := range content {
		if b.Kind != bedrock.CachePoint {
			kept = append(kept, b)
		} else if after == nil {
			after = &b
		}
	}
	return kept, after
}

// cachePoint makes a cache point; ttl is 5m or 1h, or "" for Bedrock's default.
func cachePoint(ttl string) *bedrock.Block {
	b := &bedrock.Block{Kind: bedrock.CachePoint}
	if ttl != "" {
		b.Raw = []byte(`{"type":"default","ttl":"` + ttl + `"}`)
	}
	return b
}

// ttl is a cache point's time to live, "" when not stated.
func ttl(point *bedrock.Block) string { return gjson.GetBytes(point.Raw, "ttl").Str }
