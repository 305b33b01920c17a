package vault

import (
	"errors"
	"fmt"
	"slices"

	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"golang.org/x/crypto/cryptobyte"
)

// Requests begin with their kind and the account, answers with what became of the request. The
// account is sealed with the rest, so that who passes a request on cannot give it to another.
const (
	kindRegister = 1
	kindEvaluate = 2
	kindRelease  = 3
)

var statuses = []error{nil, ErrUnknown, ErrRegistered, ErrLocked, ErrProof, errRequest}

var errRequest = errors.New("vault: the server could not read the request, or refused it")

func request(kind byte, account string, body []byte) []byte {
	b := cryptobyte.NewBuilder([]byte{kind})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(account)) })
	b.AddBytes(body)
	return b.BytesOrPanic() // accounts are shorter than 64 KiB
}

// RegisterRequest asks a server to keep a registration.
func RegisterRequest(account string, r *Registration) []byte {
	return request(kindRegister, account, r.Bytes())
}

// EvaluateRequest asks a server to evaluate, and to count it.
func EvaluateRequest(account string, blinded []byte) []byte {
	return request(kindEvaluate, account, blinded)
}

// ReleaseRequest asks for the sealed secret with a proof.
func ReleaseRequest(account string, nonce Nonce, proved [32]byte) []byte {
	return request(kindRelease, account, append(nonce[:], proved[:]...))
}

// Serve answers one request of an account, for which the caller vouches, with bytes for
// [ParseAnswer] or [ParseReply].
func (s *Server) Serve(account string, raw []byte) []byte {
	body, err := s.serve(account, raw)
	if err == nil {
		return append([]byte{0}, body...)
	}
	for status, known := range statuses {
		if known != nil && errors.Is(err, known) {
			return []byte{byte(status)}
		}
	}
	return []byte{byte(len(statuses) - 1)}
}

func (s *Server) serve(account string, raw []byte) ([]byte, error) {
	in := cryptobyte.String(raw)
	var kind uint8
	var of cryptobyte.String
	if !in.ReadUint8(&kind) || !in.ReadUint16LengthPrefixed(&of) || string(of) != account {
		return nil, errRequest
	}
	switch kind {
	case kindRegister:
		r, err := ParseRegistration(in)
		if err != nil {
			return nil, err
		}
		return nil, s.Register(account, r)
	case kindEvaluate:
		answer, err := s.Evaluate(account, in)
		if err != nil {
			return nil, err
		}
		return answer.bytes(), nil
	case kindRelease:
		var nonce Nonce
		var proved [32]byte
		if !in.CopyBytes(nonce[:]) || !in.CopyBytes(proved[:]) || !in.Empty() {
			return nil, errRequest
		}
		return s.Release(account, nonce, proved)
	}
	return nil, errRequest
}

// ParseReply returns what a server answered to a register or release request: nothing, or the
// sealed secret; or the error with which it refused.
func ParseReply(raw []byte) ([]byte, error) {
	if len(raw) == 0 || int(raw[0]) >= len(statuses) || raw[0] != 0 && len(raw) > 1 {
		return nil, errors.New("vault: an answer that no server gives")
	}
	if err := statuses[raw[0]]; err != nil {
		return nil, err
	}
	return raw[1:], nil
}

func (a *Answer) bytes() []byte {
	return slices.Concat(a.Version[:], a.Check[:], a.Element[:], a.Nonce[:], []byte{byte(a.Left)})
}

// ParseAnswer reads the answer to an evaluate request.
func ParseAnswer(raw []byte) (*Answer, error) {
	body, err := ParseReply(raw)
	if err != nil {
		return nil, err
	}
	in := cryptobyte.String(body)
	var a Answer
	var left uint8
	if !in.CopyBytes(a.Version[:]) || !in.CopyBytes(a.Check[:]) || !in.CopyBytes(a.Element[:]) ||
		!in.CopyBytes(a.Nonce[:]) || !in.ReadUint8(&left) || !in.Empty() {
		return nil, fmt.Errorf("vault: an answer of %d bytes, want %d", len(body),
			32+32+group.Size+NonceSize+1)
	}
	a.Left = int(left)
	return &a, nil
}

// Registered reads what a register request registers: what somebody learns who opens one.
func Registered(request []byte) (account string, r *Registration, err error) {
	in := cryptobyte.String(request)
	var kind uint8
	var of cryptobyte.String
	if !in.ReadUint8(&kind) || kind != kindRegister || !in.ReadUint16LengthPrefixed(&of) {
		return "", nil, errors.New("vault: not a request to register")
	}
	r, err = ParseRegistration(in)
	return string(of), r, err
}

// Bytes is the encoding of r: limit 1 ‖ number of the server 1 ‖ m 1 ‖ share 32 ‖ commitments m·32 ‖
// tag 32 ‖ check 32 ‖ sealed secret.
func (r *Registration) Bytes() []byte {
	b := []byte{byte(r.Limit), byte(r.Share.Index), byte(r.Commitments.Threshold())}
	b = append(append(b, group.Bytes(r.Share.Value)...), r.Commitments.Bytes()...)
	return slices.Concat(b, r.Tag[:], r.Check[:], r.Sealed)
}

// maxSealed bounds the sealed secret of a registration: a vault keeps keys, not backups.
const maxSealed = 1 << 10

// ParseRegistration decodes [Registration.Bytes] and nothing else.
func ParseRegistration(raw []byte) (*Registration, error) {
	in := cryptobyte.String(raw)
	var limit, index, need uint8
	var share, points []byte
	r := &Registration{}
	if !in.ReadUint8(&limit) || !in.ReadUint8(&index) || !in.ReadUint8(&need) ||
		!in.ReadBytes(&share, group.Size) || !in.ReadBytes(&points, int(need)*group.Size) ||
		!in.CopyBytes(r.Tag[:]) || !in.CopyBytes(r.Check[:]) || len(in) > maxSealed {
		return nil, fmt.Errorf("vault: a registration of %d bytes is cut short or too long",
			len(raw))
	}
	p := Params{Need: int(need), Servers: sharing.MaxTrustees, Limit: int(limit)}
	if err := p.Check(); err != nil {
		return nil, err
	}
	if index < 1 || int(index) > sharing.MaxTrustees {
		return nil, fmt.Errorf("vault: a registration of server %d", index)
	}
	value, err := group.DecodeScalar(suite, share)
	if err != nil {
		return nil, fmt.Errorf("vault: the share of a registration: %w", err)
	}
	if r.Commitments, err = sharing.DecodeCommitments(suite, int(need), points); err != nil {
		return nil, fmt.Errorf("vault: a registration: %w", err)
	}
	r.Limit, r.Share, r.Sealed = int(limit), sharing.Share{Index: int(index), Value: value}, in
	return r, nil
}

// Bytes is the encoding of what a thief of a server's store finds: the number of guesses 1 ‖ their
// nonces ‖ the registration, which is empty when the account is locked.
func (r *Record) Bytes() []byte {
	b := []byte{byte(len(r.Guesses))}
	for _, nonce := range r.Guesses {
		b = append(b, nonce[:]...)
	}
	if r.Registration == nil {
		return b
	}
	return append(b, r.Registration.Bytes()...)
}

// ParseRecord decodes [Record.Bytes] and nothing else.
func ParseRecord(raw []byte) (*Record, error) {
	in := cryptobyte.String(raw)
	var count uint8
	if !in.ReadUint8(&count) || len(in) < int(count)*NonceSize {
		return nil, fmt.Errorf("vault: a record of %d bytes is cut short", len(raw))
	}
	r := &Record{}
	for range count {
		var nonce Nonce
		in.CopyBytes(nonce[:])
		r.Guesses = append(r.Guesses, nonce)
	}
	if in.Empty() {
		if count > 0 {
			return nil, errors.New("vault: a locked record counts guesses")
		}
		return r, nil
	}
	var err error
	if r.Registration, err = ParseRegistration(in); err != nil {
		return nil, err
	}
	if int(count) > r.Limit {
		return nil, fmt.Errorf("vault: a record of %d guesses, the limit is %d", count, r.Limit)
	}
	return r, nil
}
