// Package restraint is what keeps a trustee from answering a good order at once, or at all: a
// [Cap] on how many orders it answers, and an objection [Period] before the first answer.
//
// Neither asks whether an order is right. A cap bounds what somebody can do who has the keys of
// judges; a period gives those whose keys are abused the time to say so. TestCap and
// TestObjectionPeriod in escrow/threshold show both in each form of hardware, TestPeriod what a
// period takes for an objection.
package restraint

// Object is the program of a trustee who objects to every order. It is a trustee's right; a
// program it is because one that is not asked to object waits and answers.
const Object = "object to every order"
