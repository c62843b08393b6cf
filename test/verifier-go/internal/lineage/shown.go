// Package lineage computes what a product was made of and went into, from what a proof shows (docs/formats.md, Lineage).
// It is written from those sentences, not for speed: the cost is the square of the number of events.
package lineage

// Place of an event.
type Place struct {
	Domain, TxID, Organisation string
}

// Said is what the row and the record of an event both say.
type Said struct {
	RecordID, Event, Time string
	Wrong                 bool
	Bond, Change          string // empty for null
}

// Row of an identifier, or its mark.
type Row struct {
	Said
	Roles  []string
	Parent string // empty for none
}

// Amount is a quantity; the unit of a bare number is null.
type Amount struct {
	Value string
	Unit  *string
}

// Entry is an identifier in a record.
type Entry struct {
	ID, Role, Lot string
	HasAmounts    bool
	Amounts       []Amount
}

// Record of an event.
type Record struct {
	Said
	Step    *string
	Entries []Entry
}

// Shown is an event of a trace as a proof shows it.
type Shown struct {
	Hidden bool
	Place  Place
	Row    *Row
	Record *Record
}

// Question about a lineage.
type Question struct {
	TraceID      string
	Direction    string // none, up, down, both
	NatureOf     func(traceID string) string
	HasRecorders bool
	Recorders    map[string]bool
	RootTime     string // empty for none
	Identifiers  int    // the most identifiers
	Events       int    // the most events
}

func (r *Record) rolesOf(id string) map[string]bool {
	roles := map[string]bool{}
	inputs, outputs := r.has("input"), r.has("output")
	for _, entry := range r.Entries {
		if entry.ID != id {
			continue
		}
		if entry.Role != "process" {
			roles[entry.Role] = true
			continue
		}
		if inputs {
			roles["process-gives"] = true
		}
		if outputs {
			roles["process-takes"] = true
		}
		if !inputs && !outputs {
			roles["process"] = true
		}
	}
	return roles
}

func (r *Record) has(role string) bool {
	return len(r.withRole(role)) > 0
}

// withRole is the identifiers of a role, each once.
func (r *Record) withRole(role string) []string {
	var ids []string
	seen := map[string]bool{}
	for _, entry := range r.Entries {
		if entry.Role == role && !seen[entry.ID] {
			seen[entry.ID] = true
			ids = append(ids, entry.ID)
		}
	}
	return ids
}

func (r *Record) parent() string {
	for _, entry := range r.Entries {
		if entry.Role == "parent" {
			return entry.ID
		}
	}
	return ""
}

func (r *Record) names(id string) bool {
	for _, entry := range r.Entries {
		if entry.ID == id {
			return true
		}
	}
	return false
}

// says tells whether a row says what this record says of an identifier.
func (r *Record) says(id string, row *Row) bool {
	roles := r.rolesOf(id)
	parent := ""
	if roles["child"] {
		parent = r.parent()
	}
	if row.Said != r.Said || row.Parent != parent || len(row.Roles) != len(roles) {
		return false
	}
	for _, role := range row.Roles {
		if !roles[role] {
			return false
		}
	}
	return len(roles) > 0
}
