package dialect

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// fault is a value that cannot be read: which field, counted from where it was found, and what would
// be right. It gains its full path on its way up.
type fault struct{ param, text string }

func (f *fault) Error() string { return strconv.Quote(f.param) + " " + f.text }

// wrong reports a field of the object or array at hand; param is "" for the value itself.
func wrong(param, text string) error { return &fault{param, text} }

// errUnknown is what a reader of members says of a name that it does not know.
var errUnknown = errors.New("unknown field")

// errIgnored is what it says of one that it does not know and that does no harm.
var errIgnored = errors.New("ignored field")

// refused turns a fault into the client's error.
func refused(err error) error {
	var f *fault
	switch {
	case !errors.As(err, &f):
		return err
	case f.param == "":
		return Invalid("", "The body "+f.text)
	}
	return Invalid(f.param, f.Error())
}

// under places a fault inside the field or element called name.
func under(err error, name string) error {
	f, ok := err.(*fault)
	if !ok {
		return err
	}
	sep := "."
	if f.param == "" || f.param[0] == '[' {
		sep = ""
	}
	return &fault{name + sep + f.param, f.text}
}

// members calls read for each member of an object, in one pass, and refuses names that come twice.
// Values may be null, which all readers below take for absent; a null object has no members.
func members(v gjson.Result, read func(name string, v gjson.Result) error) (err error) {
	if v.Type == gjson.Null {
		return nil
	}
	if !v.IsObject() {
		return wrong("", "must be an object, not "+kind(v))
	}
	var known [16]string // names seen; read knows only a few, so the list stays short
	seen := known[:0]
	v.ForEach(func(k, v gjson.Result) bool {
		name := k.Str
		if slices.Contains(seen, name) {
			err = wrong(clip(name), "is given twice")
			return false
		}
		switch err = read(name, v); {
		case err == nil:
			seen = append(seen, name)
		case errors.Is(err, errIgnored):
			err = nil
		case errors.Is(err, errUnknown):
			err = wrong(clip(name), "is not a field of this API")
		default:
			err = under(err, clip(name))
		}
		return err == nil
	})
	return err
}

// elements calls read for each element of an array; null has none.
func elements(v gjson.Result, read func(i int, v gjson.Result) error) (err error) {
	if v.Type == gjson.Null {
		return nil
	}
	if !v.IsArray() {
		return wrong("", "must be an array, not "+kind(v))
	}
	i := 0
	v.ForEach(func(_, v gjson.Result) bool {
		if err = read(i, v); err != nil {
			err = under(err, "["+strconv.Itoa(i)+"]")
		}
		i++
		return err == nil
	})
	return err
}

func str(v gjson.Result) (string, error) {
	if v.Type != gjson.String && v.Type != gjson.Null {
		return "", wrong("", "must be a string, not "+kind(v))
	}
	return v.Str, nil
}

// oneOf reads one of a few words; "" stands for null.
func oneOf(v gjson.Result, words ...string) (string, error) {
	s, err := str(v)
	if err == nil && v.Type != gjson.Null && !slices.Contains(words, s) {
		err = wrong("", "must be one of "+strings.Join(words, ", "))
	}
	return s, err
}

// mostStrings is how many stop sequences Bedrock takes; no other list of strings is longer.
const mostStrings = 2500

// strs reads an array of strings that are not empty.
func strs(v gjson.Result) (list []string, err error) {
	err = elements(v, func(i int, v gjson.Result) error {
		s, err := str(v)
		switch {
		case err != nil:
		case s == "":
			err = wrong("", "must not be empty")
		case i == mostStrings:
			err = wrong("", "is one more than the "+strconv.Itoa(mostStrings)+" allowed")
		}
		list = append(list, s)
		return err
	})
	return list, err
}

func boolean(v gjson.Result) (bool, error) {
	if v.Type != gjson.True && v.Type != gjson.False && v.Type != gjson.Null {
		return false, wrong("", "must be true or false, not "+kind(v))
	}
	return v.Type == gjson.True, nil
}

// integer reads a whole number of at least least; 0 stands for null.
func integer(v gjson.Result, least int) (int, error) {
	if v.Type == gjson.Null {
		return 0, nil
	}
	if v.Type != gjson.Number {
		return 0, wrong("", "must be an integer, not "+kind(v))
	}
	n, err := strconv.ParseInt(v.Raw, 10, 32)
	if errors.Is(err, strconv.ErrRange) && v.Raw[0] != '-' {
		return 0, wrong("", "must be an integer of at most "+strconv.Itoa(math.MaxInt32))
	}
	if err != nil || int(n) < least {
		return 0, wrong("", "must be an integer of at least "+strconv.Itoa(least))
	}
	return int(n), nil
}

// number reads a number between lo and hi; nil stands for null.
func number(v gjson.Result, lo, hi float64) (*float64, error) {
	if v.Type == gjson.Null {
		return nil, nil
	}
	if v.Type != gjson.Number {
		return nil, wrong("", "must be a number, not "+kind(v))
	}
	if f := v.Num; f >= lo && f <= hi {
		return &f, nil
	}
	return nil, wrong("", "must be between "+strconv.FormatFloat(lo, 'g', -1, 64)+" and "+strconv.FormatFloat(hi, 'g', -1, 64))
}

// object returns the JSON of an object unread; nil stands for null.
func object(v gjson.Result) ([]byte, error) {
	if v.Type == gjson.Null {
		return nil, nil
	}
	if !v.IsObject() {
		return nil, wrong("", "must be an object, not "+kind(v))
	}
	return raw(v), nil
}

// kind names a value's type.
func kind(v gjson.Result) string {
	switch {
	case v.Type == gjson.String:
		return "a string"
	case v.Type == gjson.Number:
		return "a number"
	case v.Type == gjson.Null:
		return "null"
	case v.IsArray():
		return "an array"
	case v.IsObject():
		return "an object"
	}
	return "a boolean"
}

// clip keeps names that clients made up short enough for a message.
func clip(name string) string {
	if len(name) > 64 {
		return strings.ToValidUTF8(name[:64], "") + "..."
	}
	return name
}
