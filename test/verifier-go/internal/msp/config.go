// Package msp judges identities by the configuration of their MSP (docs/formats.md, Identities and their MSPs).
package msp

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"errors"
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
	roots, others *x509.CertPool
	lists         []*x509.RevocationList
	internal      map[string]bool // authorities above another authority
	units         []unit
	roles         map[string]unit // of NodeOUs; nil where they are off
}

// reader of a configuration keeps the first thing that is wrong.
type reader struct{ wire.Proto }

func (r *reader) check(isRight bool, wrong string) {
	if !isRight {
		r.Err = cmp.Or(r.Err, errors.New(wrong))
	}
}

// New reads a FabricMSPConfig (msp/msp_config.proto of fabric-protos).
func New(config []byte) (*MSP, error) {
	r := &reader{}
	m, hashes, nodeOUs := r.Message(config), r.Message(config, 10), r.Message(config, 11)
	for _, field := range []uint64{1, 2} {
		families := []string{"", "SHA2", "SHA256", "SHA384"}
		r.check(slices.Contains(families, string(hashes.Last(field))), "another family of hashes")
	}
	msp := &MSP{ID: string(m.Last(1)), internal: map[string]bool{}}
	roots, others := r.authorities(m.Bytes[2]), r.authorities(m.Bytes[3])
	msp.roots, msp.others = poolOf(roots), poolOf(others)
	r.check(len(roots) > 0, "no root")
	for _, listed := range m.Bytes[5] {
		if der := fromPEM(listed); der != nil {
			listed = der
		}
		list, err := x509.ParseRevocationList(listed)
		r.Err = cmp.Or(r.Err, err)
		msp.lists = append(msp.lists, list)
	}
	for _, listed := range m.Bytes[7] {
		msp.units = append(msp.units, r.unit(listed))
	}
	if nodeOUs.Int(1) != 0 {
		msp.roles = map[string]unit{}
		for role, field := range map[string]uint64{"client": 2, "peer": 3, "admin": 4, "orderer": 5} {
			if listed := nodeOUs.Last(field); listed != nil {
				msp.roles[role] = r.unit(listed)
			}
		}
	}
	if r.Err != nil {
		return nil, r.Err
	}
	return msp, msp.checkAuthorities(append(roots, others...))
}

func poolOf(certificates []*x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, one := range certificates {
		pool.AddCert(one)
	}
	return pool
}

// authorities reads certificates of those that may sign others.
func (r *reader) authorities(listed [][]byte) (read []*x509.Certificate) {
	for _, one := range listed {
		authority, err := readCertificate(fromPEM(one))
		if r.Err = cmp.Or(r.Err, err); err != nil {
			return nil
		}
		maySign := authority.KeyUsage == 0 || authority.KeyUsage&x509.KeyUsageCertSign != 0
		r.check(authority.IsCA && len(authority.SubjectKeyId) > 0 && maySign, "not an authority with a subject key identifier")
		read = append(read, authority)
	}
	return read
}

// unit reads a FabricOUIdentifier.
func (r *reader) unit(listed []byte) unit {
	m := r.Message(listed)
	one := unit{name: string(m.Last(2))}
	if authority := m.Last(1); len(authority) > 0 {
		read, err := readCertificate(fromPEM(authority))
		one.authority, r.Err = read, cmp.Or(r.Err, err)
	}
	return one
}

// checkAuthorities checks the chain of each authority, and finds those above another.
func (m *MSP) checkAuthorities(authorities []*x509.Certificate) error {
	for _, authority := range authorities {
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
	if key, isEC := certificate.PublicKey.(*ecdsa.PublicKey); !isEC || key.Curve == elliptic.P224() {
		return nil, errors.New("a key that is not EC on P-256, P-384 or P-521")
	}
	return certificate, nil
}
