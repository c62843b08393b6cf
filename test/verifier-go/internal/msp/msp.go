// Package msp judges identities by the configuration of their MSP (docs/formats.md, Identities and their MSPs).
package msp

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"slices"
	"time"

	"cotrace.example/verifier/internal/fault"
	"cotrace.example/verifier/internal/wire"
)

// unit is an organisational unit, the role that it names, if any, and the authority that certifies it, where one is named.
type unit struct {
	name, role string
	authority  *x509.Certificate
}

// MSP is what a FabricMSPConfig says of who belongs to an organisation.
type MSP struct {
	ID            string
	roots, others *x509.CertPool
	lists         []*x509.RevocationList
	internal      map[string]bool // authorities above another authority
	units         []unit          // those of roles where NodeOUs are on
	isOpen        bool            // no unit without a role is asked for
}

// reader of a configuration refuses with its code.
type reader struct{ wire.Proto }

// New reads a FabricMSPConfig (msp/msp_config.proto of fabric-protos); what is not one is refused with a code.
func New(config []byte, code string) *MSP {
	r := reader{wire.Proto{Code: code}}
	m, hashes, nodeOUs := r.Message(config), r.Message(config, 10), r.Message(config, 11)
	for _, field := range []uint64{1, 2} {
		isSHA2 := slices.Contains([]string{"", "SHA2", "SHA256", "SHA384"}, hashes.Text(field))
		fault.Unless(isSHA2, code, "family of hashes %q", hashes.Text(field))
	}
	msp := &MSP{ID: m.Text(1), internal: map[string]bool{}, isOpen: len(m.Bytes[7]) == 0}
	msp.roots, msp.others = x509.NewCertPool(), x509.NewCertPool()
	authorities := append(r.authorities(m.Bytes[2], msp.roots), r.authorities(m.Bytes[3], msp.others)...)
	fault.Unless(len(m.Bytes[2]) > 0, code, "no root")
	for _, listed := range m.Bytes[5] {
		if block, _ := pem.Decode(listed); block != nil {
			listed = block.Bytes
		}
		list, err := x509.ParseRevocationList(listed)
		fault.Unless(err == nil, code, "a revocation list: %v", err)
		msp.lists = append(msp.lists, list)
	}
	for _, listed := range m.Bytes[7] {
		msp.units = append(msp.units, r.unit(listed, ""))
	}
	for role, field := range map[string]uint64{"client": 2, "peer": 3, "admin": 4, "orderer": 5} {
		if listed := nodeOUs.Last(field); listed != nil && nodeOUs.Int(1) != 0 {
			msp.units = append(msp.units, r.unit(listed, role))
		}
	}
	for _, authority := range authorities {
		chain := msp.chainOf(authority, code)
		fault.Unless(!msp.revokes(authority, chain), code, "an authority is revoked")
		for _, above := range chain[1:] {
			msp.internal[string(above.Raw)] = true
		}
	}
	return msp
}

// authorities reads certificates of those that may sign others, and adds them to a pool.
func (r reader) authorities(listed [][]byte, pool *x509.CertPool) (read []*x509.Certificate) {
	for _, one := range listed {
		authority := r.fromPEM(one)
		maySign := authority.KeyUsage == 0 || authority.KeyUsage&x509.KeyUsageCertSign != 0
		isAuthority := authority.IsCA && len(authority.SubjectKeyId) > 0 && maySign
		fault.Unless(isAuthority, r.Code, "not an authority that may sign, with a subject key identifier")
		pool.AddCert(authority)
		read = append(read, authority)
	}
	return read
}

// unit reads a FabricOUIdentifier.
func (r reader) unit(listed []byte, role string) unit {
	m := r.Message(listed)
	one := unit{name: m.Text(2), role: role}
	if authority := m.Last(1); len(authority) > 0 {
		one.authority = r.fromPEM(authority)
	}
	return one
}

func (r reader) fromPEM(data []byte) *x509.Certificate {
	block, _ := pem.Decode(data)
	fault.Unless(block != nil, r.Code, "a certificate that is not PEM")
	return readCertificate(block.Bytes, r.Code)
}

func readCertificate(der []byte, code string) *x509.Certificate {
	certificate, err := x509.ParseCertificate(der)
	fault.Unless(err == nil, code, "a certificate: %v", err)
	key, isEC := certificate.PublicKey.(*ecdsa.PublicKey)
	fault.Unless(isEC && key.Curve != elliptic.P224(), code, "a key that is not EC on P-256, P-384 or P-521")
	return certificate
}

const notAnIdentity = "ATTESTATION_IDENTITY"

// PeerOf gives the certificate (DER) of a peer that belongs to the MSP.
func (m *MSP) PeerOf(der []byte) *x509.Certificate {
	certificate := readCertificate(der, notAnIdentity)
	chain := m.chainOf(certificate, notAnIdentity)
	isLeaf := !certificate.IsCA && len(chain) > 1 && !m.internal[string(chain[1].Raw)]
	fault.Unless(isLeaf, notAnIdentity, "of an authority, or issued by an authority above another")
	fault.Unless(!m.revokes(certificate, chain), notAnIdentity, "revoked")
	inUnit, roles := m.isOpen, []string{}
	for _, name := range certificate.Subject.OrganizationalUnit {
		for _, one := range m.units {
			// An authority that is named for a unit is compared by what is signed in its certificate.
			isCertified := one.authority == nil || bytes.Equal(one.authority.RawTBSCertificate, chain[1].RawTBSCertificate)
			switch {
			case one.name != name:
			case one.role == "":
				inUnit = inUnit || isCertified
			default:
				fault.Unless(isCertified, "ATTESTATION_ROLE", "%q is not certified by the authority named for it", name)
				roles = append(roles, one.role)
			}
		}
	}
	fault.Unless(inUnit, notAnIdentity, "in none of the units of the MSP")
	fault.Unless(len(roles) == 1 && roles[0] == "peer", "ATTESTATION_ROLE", "with the roles %v", roles)
	return certificate
}

// chainOf is the one chain from a certificate to a root, judged one second after the certificate begins.
func (m *MSP) chainOf(certificate *x509.Certificate, code string) []*x509.Certificate {
	chains, err := certificate.Verify(x509.VerifyOptions{
		Roots: m.roots, Intermediates: m.others, CurrentTime: certificate.NotBefore.Add(time.Second),
	})
	fault.Unless(err == nil && len(chains) == 1, code, "%d chains: %v", len(chains), err)
	return chains[0]
}

// revokes says whether a list of the certificate's issuer has its serial number; a list that does not say whose it is
// leaves no identity valid.
func (m *MSP) revokes(certificate *x509.Certificate, chain []*x509.Certificate) bool {
	issuer := chain[min(1, len(chain)-1)]
	isIts := func(entry x509.RevocationListEntry) bool {
		return entry.SerialNumber.Cmp(certificate.SerialNumber) == 0
	}
	for _, list := range m.lists {
		isOfIssuer := bytes.Equal(list.AuthorityKeyId, issuer.SubjectKeyId) && list.CheckSignatureFrom(issuer) == nil
		if len(list.AuthorityKeyId) == 0 || isOfIssuer && slices.ContainsFunc(list.RevokedCertificateEntries, isIts) {
			return true
		}
	}
	return false
}

// CheckSignature checks an ECDSA signature on P-256 with a low S of a hash.
func CheckSignature(certificate *x509.Certificate, hash, signature []byte) {
	key := certificate.PublicKey.(*ecdsa.PublicKey)
	fault.Unless(key.Curve == elliptic.P256(), "ATTESTATION_CURVE", "a key that is not on P-256")
	var parts struct{ R, S *big.Int }
	_, err := asn1.Unmarshal(signature, &parts)
	half := new(big.Int).Rsh(key.Params().N, 1)
	isValid := err == nil && parts.S.Cmp(half) <= 0 && ecdsa.VerifyASN1(key, hash, signature)
	fault.Unless(isValid, "ATTESTATION_SIGNATURE", "not a valid signature with a low S")
}
