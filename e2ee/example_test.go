package e2ee_test

import (
	"crypto/sha256"
	"fmt"
	"time"

	"doormat/e2ee"
	"doormat/e2ee/wire"
	"doormat/world"
)

// scanner is an extension of a device: it compares what its user writes with a list of
// hashes, and reports what is on it. So works scanning on the client.
type scanner struct {
	e2ee.NoDeviceHooks // all other hooks do nothing
	device             *e2ee.Device
	listed             map[[32]byte]bool
}

// kindReport is a packet of the extension's own; kinds from 128 on are theirs.
const kindReport = 200

// Sealing is called before a message is sealed.
func (s scanner) Sealing(_ time.Time, m world.Meta, c *wire.Content) []world.Packet {
	if !s.listed[sha256.Sum256(c.Body)] {
		return nil
	}
	return []world.Packet{{From: s.device.Name(), To: world.Provider, Data: world.Pack(kindReport, []byte(m.ID), c.Body)}}
}

// A device takes extensions, and calls their hooks at the points of its life that the
// comments of [e2ee.DeviceExtension] name.
func ExampleDeviceExtension() {
	ana := e2ee.NewDevice("Ana", world.Seed(1).Stream("device:Ana"), 0, plain{})
	ana.Extensions = []e2ee.DeviceExtension{
		scanner{device: ana, listed: map[[32]byte]bool{sha256.Sum256([]byte("the listed words")): true}}}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	ana.Handle(now, world.Packet{From: world.Environment, Data: world.Pack(world.KindStart)})
	for _, text := range []string{"good morning", "the listed words"} {
		typed := world.Typed{To: []string{"Ben"}, Body: []byte(text)}
		for _, p := range ana.Handle(now, world.Packet{From: world.UserOf("Ana"), Data: typed.Encode()}) {
			if report, err := world.Unpack(p.Data, kindReport, 2); err == nil {
				fmt.Printf("the provider reads %q\n", report[1])
			}
		}
	}
	// Output: the provider reads "the listed words"
}

// plain is the envelope of end-to-end encryption.
type plain struct{}

func (plain) Seal(_ world.Meta, body []byte) (secret, public []byte, err error) {
	return body, nil, nil
}
func (plain) Open(_ world.Meta, secret, _ []byte) ([]byte, error) { return secret, nil }
