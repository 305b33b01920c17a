package lesson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// MaxRecord is how long a record may be.
const MaxRecord = 1 << 20

// mostHands is what fits where they are counted.
const mostHands = 9999

// A Record is how many hands were up, before and after: no names, no times.
type Record struct {
	Doormat   string  `json:"doormat"` // version
	Lesson    string  `json:"lesson"`  // its title
	Questions []Asked `json:"questions"`
}

// Asked is a question of a lesson. Before and After say whether it has been asked.
type Asked struct {
	Name     string  `json:"name"`
	Question string  `json:"question"`
	Before   bool    `json:"before"`
	After    bool    `json:"after"`
	Options  []Hands `json:"options"`
}

// Hands are those that went up for an option. Measured is what its number was, "" for none.
type Hands struct {
	Option   string `json:"option"`
	Before   int    `json:"before"`
	After    int    `json:"after"`
	Measured string `json:"measured"`
}

// NewRecord is that of a lesson before anybody was asked.
func (l *Lesson) NewRecord(version string) *Record {
	r := &Record{Doormat: version, Lesson: l.Title, Questions: []Asked{}}
	for _, s := range l.Steps {
		if s.Kind != Question {
			continue
		}
		asked := Asked{Name: s.Name, Question: s.Heading}
		for _, o := range s.Options {
			asked.Options = append(asked.Options, Hands{Option: o.Text})
		}
		r.Questions = append(r.Questions, asked)
	}
	return r
}

// Resume takes the hands of an earlier record of the same lesson.
func (r *Record) Resume(data []byte) error {
	old := Record{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&old); err != nil {
		return fmt.Errorf("is no record of a lesson: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("is no record of a lesson: something follows after it")
	}
	if old.Lesson != r.Lesson || len(old.Questions) != len(r.Questions) {
		return fmt.Errorf("is the record of another lesson (%q): choose another file", old.Lesson)
	}
	for i, q := range old.Questions {
		if err := q.like(r.Questions[i]); err != nil {
			return err
		}
	}
	r.Questions = old.Questions
	return nil
}

// like reports why hands of a question cannot be those of another.
func (q Asked) like(other Asked) error {
	if q.Name != other.Name || q.Question != other.Question || len(q.Options) != len(other.Options) {
		return fmt.Errorf("asks %q, which this lesson asks otherwise: choose another file", q.Name)
	}
	for k, o := range q.Options {
		switch {
		case o.Option != other.Options[k].Option:
			return fmt.Errorf("has the option %q, which is another one in this lesson: choose "+
				"another file", o.Option)
		case min(o.Before, o.After) < 0 || max(o.Before, o.After) > mostHands:
			return fmt.Errorf("counts %d and %d hands for %q: want 0 to %d", o.Before, o.After, o.Option,
				mostHands)
		}
	}
	return nil
}

// question finds a question by its name.
func (r *Record) question(name string) *Asked {
	for i := range r.Questions {
		if r.Questions[i].Name == name {
			return &r.Questions[i]
		}
	}
	return nil
}
