package script

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"doormat/attacks/technique"
)

// maxLine is the length in bytes that neither side exceeds or accepts in a line.
const maxLine = 16 << 20

// What a request may ask for.
const (
	doHeader = "header"
	doExpect = "expect"
	doRun    = "run"
)

// request is the first line, to the script's process.
type request struct {
	Do     string         `json:"do"`
	Name   string         `json:"name"`
	Source []byte         `json:"source"`
	Draft  bool           `json:"draft"` // its header needs no prose
	Keys   []string       `json:"keys"`
	View   technique.View `json:"view"`
}

// report is a line from the script's process. Exactly one part is set.
type report struct {
	Header  *technique.Header  `json:"header,omitempty"`
	Outcome *technique.Outcome `json:"outcome,omitempty"`
	Call    *wireCall          `json:"call,omitempty"`
	Print   string             `json:"print,omitempty"`
	Done    bool               `json:"done,omitempty"`
	Error   string             `json:"error,omitempty"`
}

func (r *report) check() error {
	parts := 0
	for _, set := range []bool{r.Header != nil, r.Outcome != nil, r.Call != nil, r.Print != "",
		r.Done, r.Error != ""} {
		if set {
			parts++
		}
	}
	if parts != 1 {
		return fmt.Errorf("a line with %d parts, want 1", parts)
	}
	return nil
}

// reply answers a call.
type reply struct {
	Value any    `json:"value,omitempty"`
	Error string `json:"error,omitempty"`
}

func newReply(out any, err error) reply {
	if err != nil {
		return reply{Error: err.Error()}
	}
	return reply{Value: toWire(out)}
}

// wireCall is a [technique.Call] with values as toWire makes them.
type wireCall struct {
	Line   int            `json:"line"`
	Method string         `json:"method"`
	Args   []any          `json:"args"`
	Named  map[string]any `json:"named"`
}

func encodeCall(c technique.Call) *wireCall {
	w := &wireCall{Line: c.Line, Method: c.Method, Args: wireList(c.Args), Named: map[string]any{}}
	for name, v := range c.Named {
		w.Named[name] = toWire(v)
	}
	return w
}

func (w *wireCall) decode() (technique.Call, error) {
	c := technique.Call{Line: w.Line, Method: w.Method, Named: map[string]any{}}
	for _, v := range w.Args {
		x, err := fromWire(v)
		if err != nil {
			return c, err
		}
		c.Args = append(c.Args, x)
	}
	for _, name := range slices.Sorted(maps.Keys(w.Named)) {
		x, err := fromWire(w.Named[name])
		if err != nil {
			return c, err
		}
		c.Named[name] = x
	}
	return c, nil
}

// toWire makes a value ready for JSON. Numbers, truth values, null and text stand
// for themselves, lists for lists. What JSON cannot carry is an object with one
// member: {"bytes": base64}, {"text": base64} for a string that is not UTF-8, and
// {"map": object}.
func toWire(v any) any {
	switch v := v.(type) {
	case string:
		if !utf8.ValidString(v) {
			return map[string]any{"text": []byte(v)}
		}
		return v
	case []byte:
		return map[string]any{"bytes": append([]byte{}, v...)}
	case []int:
		return wireList(v)
	case []string:
		return wireList(v)
	case []any:
		return wireList(v)
	case map[string]any:
		m := map[string]any{}
		for name, x := range v {
			m[name] = toWire(x)
		}
		return map[string]any{"map": m}
	}
	return v
}

func wireList[T any](items []T) []any {
	out := make([]any, len(items))
	for i, x := range items {
		out[i] = toWire(x)
	}
	return out
}

// maxNumber is the largest number that a script and its adversary exchange.
const maxNumber = 1 << 53

// fromWire undoes toWire. Every number comes back as an int, every list as []any.
func fromWire(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string:
		return v, nil
	case json.Number:
		n, err := strconv.ParseInt(v.String(), 10, 64)
		if err != nil || n > maxNumber || n < -maxNumber {
			return nil, fmt.Errorf("%.40s is not a whole number below 2^53", v)
		}
		return int(n), nil
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			var err error
			if out[i], err = fromWire(x); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		return fromTagged(v)
	}
	return nil, fmt.Errorf("a value of type %T", v)
}

func fromTagged(v map[string]any) (any, error) {
	if len(v) != 1 {
		return nil, fmt.Errorf("an object with %d members, want 1", len(v))
	}
	if m, ok := v["map"].(map[string]any); ok {
		out := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(m)) {
			var err error
			if out[name], err = fromWire(m[name]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	for _, tag := range []string{"bytes", "text"} {
		text, ok := v[tag].(string)
		if !ok {
			continue
		}
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", tag, err)
		}
		if tag == "text" {
			return string(b), nil
		}
		return b, nil
	}
	return nil, errors.New("an object that is neither bytes, text nor map")
}

var errTooLong = errors.New("too much to carry in one line")

// lines carries JSON values, one a line.
type lines struct {
	in  *bufio.Scanner
	out io.Writer
}

func newLines(r io.Reader, w io.Writer) *lines {
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	return &lines{s, w}
}

func (l *lines) write(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(line) >= maxLine {
		return fmt.Errorf("%w: %d bytes, the limit is %d: ask for less at once", errTooLong,
			len(line), maxLine)
	}
	_, err = l.out.Write(append(line, '\n'))
	return err
}

func (l *lines) read(v any) error {
	if !l.in.Scan() {
		if err := l.in.Err(); err != nil {
			return err
		}
		return io.ErrUnexpectedEOF
	}
	d := json.NewDecoder(bytes.NewReader(l.in.Bytes()))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value in a line")
	}
	return nil
}
