package present

import (
	"fmt"
	"strings"

	"doormat/demo/story"
	"doormat/world"
)

// opening says who talks and what protects them. It needs no run.
func (s *Show) opening(p *page) {
	c := s.talk.Conversation
	p.line(bold.Render("doormat: who can read your messages after something goes wrong?"))
	p.gap()
	p.prose(fmt.Sprintf("One conversation, %s of %s, is protected in %s. Then an adversary takes real keys and "+
		"real ciphertext, and computes. What it opens is compared with what was said.",
		count(len(c.Messages), "message"), count(len(c.Accounts), "account"), count(len(s.talk.Designs), "way")), 3, normal)
	p.gap()
	p.beside(bold.Render("Who talks"), labels, strings.Join(c.Accounts[:min(12, len(c.Accounts))], ", ")+"; the target is "+s.talk.Settings.Target+".", 2, normal)
	if s.talk.BuiltIn {
		for _, t := range story.Ties()[:3] {
			p.beside("", labels, t.Name()+": "+t.About, 1, normal)
		}
	}
	p.gap()
	for i := range s.talk.Designs {
		s.way(p, &s.talk.Designs[i])
	}
	p.gap()
	p.line(bold.Render("This is a demonstration. It protects nobody's real messages."))
	p.line("■ opened  ◧ some of them  □ closed  · not yet written  ▼ the attack")
}

// way says of a design in a sentence who could open a message.
func (s *Show) way(p *page, d *world.Info) {
	doc, _, _ := strings.Cut(strings.Join(strings.Fields(d.Doc), " "), ". ")
	doc = strings.TrimSuffix(doc, ".") + "."
	doc = strings.Replace(doc, " t of n ", fmt.Sprintf(" %d of %d ", s.talk.Settings.Threshold, s.talk.Settings.Trustees), 1)
	p.line(bold.Render(cut(strings.ToUpper(d.Name), p.width)))
	p.beside("", 2, doc, 3, normal)
}

func (s *Show) waiting(p *page) {
	p.apart(s.header(), "", faint)
	p.gap()
	p.line(bold.Render("This act runs now; it takes a moment."))
}

func (s *Show) broken(p *page, a *act) {
	p.apart(s.header(), "", faint)
	p.gap()
	p.line(alarm.Render("✗ This act did not run"))
	p.prose(a.err.Error(), p.room(), normal)
}
