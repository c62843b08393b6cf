// Package msp judges identities by the configuration of their MSP (docs/formats.md, Identities and their MSPs).
package msp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

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
	ConfigHash    [32]byte
	authorities   []*x509.Certificate
	roots, others *x509.CertPool
	lists         []*x509.RevocationList
	internal      map[string]bool // authorities above another authority
	units         []unit
	roles         map[string]*unit // of NodeOUs; nil where they are off
}

// New reads a FabricMSPConfig (msp/msp_config.proto of fabric-protos).
func New(config []byte) (*MSP, error) {
	m, err := wire.ReadMessage(config)
	if err != nil {
		return nil, err
	}
	msp := &MSP{
		ID: string(m.Last(1)), ConfigHash: sha256.Sum256(config),
		roots: x509.NewCertPool(), others: x509.NewCertPool(), internal: map[string]bool{},
	}
	crypto, err := wire.Within(config, 10)
	if err != nil {
		return nil, err
	}
	for _, field := range []uint64{1, 2} {
		if family := string(crypto.Last(field)); family != "" && family != "SHA2" && family != "SHA256" && family != "SHA384" {
			return nil, fmt.Errorf("hash family %q", family)
		}
	}
	if err := msp.readAuthorities(m); err != nil {
		return nil, err
	}
	for _, listed := range m.Bytes[5] {
		list, err := readList(listed)
		if err != nil {
			return nil, err
		}
		msp.lists = append(msp.lists, list)
	}
	for _, listed := range m.Bytes[7] {
		one, err := readUnit(listed)
		if err != nil {
			return nil, err
		}
		msp.units = append(msp.units, *one)
	}
	if err := msp.readRoles(m.Last(11)); err != nil {
		return nil, err
	}
	return msp, msp.checkAuthorities()
}

func (m *MSP) readAuthorities(config *wire.Message) error {
	if len(config.Bytes[2]) == 0 {
		return errors.New("no root")
	}
	for field, pool := range map[uint64]*x509.CertPool{2: m.roots, 3: m.others} {
		for _, listed := range config.Bytes[field] {
			certificate, err := readPEM(listed)
			if err != nil {
				return err
			}
			if !certificate.IsCA || len(certificate.SubjectKeyId) == 0 {
				return errors.New("an authority without CA flag or subject key identifier")
			}
			if certificate.KeyUsage != 0 && certificate.KeyUsage&x509.KeyUsageCertSign == 0 {
				return errors.New("an authority that may not sign certificates")
			}
			pool.AddCert(certificate)
			m.authorities = append(m.authorities, certificate)
		}
	}
	return nil
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

func readPEM(data []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, errors.New("not PEM")
	}
	return readCertificate(block.Bytes)
}

func readCertificate(der []byte) (*x509.Certificate, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	key, isEC := certificate.PublicKey.(*ecdsa.PublicKey)
	if !isEC || key.Curve != elliptic.P256() && key.Curve != elliptic.P384() && key.Curve != elliptic.P521() {
		return nil, errors.New("a key that is not EC on P-256, P-384 or P-521")
	}
	return certificate, nil
}

func readList(data []byte) (*x509.RevocationList, error) {
	if block, _ := pem.Decode(data); block != nil {
		data = block.Bytes
	}
	return x509.ParseRevocationList(data)
}

// readUnit reads a FabricOUIdentifier.
func readUnit(data []byte) (*unit, error) {
	m, err := wire.ReadMessage(data)
	if err != nil {
		return nil, err
	}
	one := &unit{name: string(m.Last(2))}
	if listed := m.Last(1); len(listed) > 0 {
		one.authority, err = readPEM(listed)
	}
	return one, err
}

var roleFields = map[string]uint64{"client": 2, "peer": 3, "admin": 4, "orderer": 5}

func (m *MSP) readRoles(data []byte) error {
	nodeOUs, err := wire.ReadMessage(data)
	if err != nil || nodeOUs.Int(1) == 0 {
		return err
	}
	m.roles = map[string]*unit{}
	for role, field := range roleFields {
		if listed := nodeOUs.Bytes[field]; len(listed) > 0 {
			if m.roles[role], err = readUnit(listed[len(listed)-1]); err != nil {
				return err
			}
		}
	}
	return nil
}

func sameKeyID(a, b []byte) bool { return len(a) > 0 && bytes.Equal(a, b) }
