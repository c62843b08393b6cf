// Package msp judges identities by the configuration of their MSP (docs/formats.md, Identities and their MSPs).
package msp

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"

	"cotrace.example/verifier/internal/wire"
)

// unit is an organisational unit, and the authority that certifies it, where one is named.
type unit struct {
	name      string
	authority *x509.Certificate
}

// MSP is what a FabricMSPConfig says of who belongs to an organisation.
type MSP struct {
	ID            string
	authorities   []*x509.Certificate
	roots, others *x509.CertPool
	lists         []*x509.RevocationList
	internal      map[string]bool // authorities above another authority
	units         []unit
	roles         map[string]unit // of NodeOUs; nil where they are off
}

// New reads a FabricMSPConfig (msp/msp_config.proto of fabric-protos).
func New(config []byte) (*MSP, error) {
	p := &wire.Proto{}
	m, hashes := p.Message(config), p.Message(config, 10)
	msp := &MSP{ID: string(m.Last(1)), internal: map[string]bool{}}
	for _, field := range []uint64{1, 2} {
		if family := string(hashes.Last(field)); !slices.Contains([]string{"", "SHA2", "SHA256", "SHA384"}, family) {
			return nil, fmt.Errorf("hash family %q", family)
		}
	}
	var wrong [5]error
	msp.roots, wrong[0] = msp.readAuthorities(m.Bytes[2])
	msp.others, wrong[1] = msp.readAuthorities(m.Bytes[3])
	for _, listed := range m.Bytes[5] {
		if der := fromPEM(listed); der != nil {
			listed = der
		}
		list, err := x509.ParseRevocationList(listed)
		if err != nil {
			return nil, err
		}
		msp.lists = append(msp.lists, list)
	}
	for _, listed := range m.Bytes[7] {
		one, err := readUnit(p.Message(listed))
		wrong[2] = cmp.Or(wrong[2], err)
		msp.units = append(msp.units, one)
	}
	wrong[3] = msp.readRoles(p, p.Message(config, 11))
	wrong[4] = p.Err
	if len(m.Bytes[2]) == 0 {
		return nil, errors.New("no root")
	}
	if err := cmp.Or(wrong[:]...); err != nil {
		return nil, err
	}
	return msp, msp.checkAuthorities()
}

func (m *MSP) readAuthorities(listed [][]byte) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	for _, data := range listed {
		certificate, err := readCertificate(fromPEM(data))
		if err != nil {
			return nil, err
		}
		maySign := certificate.KeyUsage == 0 || certificate.KeyUsage&x509.KeyUsageCertSign != 0
		if !certificate.IsCA || len(certificate.SubjectKeyId) == 0 || !maySign {
			return nil, errors.New("not an authority that may sign, with a subject key identifier")
		}
		pool.AddCert(certificate)
		m.authorities = append(m.authorities, certificate)
	}
	return pool, nil
}

// checkAuthorities checks the chain of each authority, and finds those above another.
func (m *MSP) checkAuthorities() error {
	for _, authority := range m.authorities {
		chain, err := m.chainOf(authority)
		if err != nil {
			return err
		}
		for _, above := range chain[1:] {
			m.internal[string(above.Raw)] = true
		}
		if m.revoked(authority, chain) {
			return errors.New("an authority is revoked")
		}
	}
	return nil
}

// fromPEM is what PEM holds; nil where the data are not PEM.
func fromPEM(data []byte) []byte {
	if block, _ := pem.Decode(data); block != nil {
		return block.Bytes
	}
	return nil
}

func readCertificate(der []byte) (*x509.Certificate, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	key, isEC := certificate.PublicKey.(*ecdsa.PublicKey)
	if !isEC || key.Curve == elliptic.P224() {
		return nil, errors.New("a key that is not EC on P-256, P-384 or P-521")
	}
	return certificate, nil
}

// readUnit reads a FabricOUIdentifier.
func readUnit(m *wire.Message) (one unit, err error) {
	one.name = string(m.Last(2))
	if listed := m.Last(1); len(listed) > 0 {
		one.authority, err = readCertificate(fromPEM(listed))
	}
	return one, err
}

func (m *MSP) readRoles(p *wire.Proto, nodeOUs *wire.Message) (wrong error) {
	if nodeOUs.Int(1) == 0 {
		return nil
	}
	m.roles = map[string]unit{}
	for role, field := range map[string]uint64{"client": 2, "peer": 3, "admin": 4, "orderer": 5} {
		if listed := nodeOUs.Last(field); listed != nil {
			one, err := readUnit(p.Message(listed))
			m.roles[role], wrong = one, cmp.Or(wrong, err)
		}
	}
	return wrong
}
