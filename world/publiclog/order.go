package publiclog

import (
	"errors"
	"time"

	"doormat/world/law"
	"doormat/world/ledger"
)

// VerifyOrder accepts an order that stands before the register, is in force at now, and whose
// record is in a log that enough witnesses cosigned: what everybody checks who holds
// something that opens messages, before anything is answered. It gives the order and the
// checkpoint of that log. The cosignatures alone do not show that it is the one public
// log: ask [Gossip.Knows]. The error says what is wrong, for a warning in public.
func VerifyOrder(now time.Time, s law.Signed, register *law.Register,
	policy *ledger.Policy) (law.Order, []byte, error) {
	order, err := register.Verify(s.Bytes, now)
	if err != nil {
		return order, nil, err
	}
	if !law.OpensTo(s.Record, s.Bytes, s.Nonce) {
		return order, nil, errors.New("the record is not of this order")
	}
	evidence, err := ledger.ParseEvidence(s.Evidence)
	if err != nil {
		return order, nil, errors.New("the order comes without evidence that it is logged")
	}
	if _, err := evidence.Verify(policy, s.Record); err != nil {
		return order, nil, errors.New("the order is not in the log")
	}
	return order, evidence.Checkpoint, nil
}
