package consensus

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Defaults of Config.
const (
	DefaultAlpha       = 16384
	DefaultFill        = 70 * time.Millisecond
	DefaultTimeout     = 4500 * time.Millisecond // the client is to know within 5 s
	DefaultTick        = 5 * time.Millisecond
	DefaultMaxInflight = 8 << 20
	DefaultLogBytes    = 64 << 20
)

// Config is what a Machine is made with. All members of a cluster have to
// agree on Alpha. The zero value of a field stands for its default.
type Config struct {
	Self        ID            // not empty
	Alpha       int64         // the size of the window, in seqns; the default, or at least 4 (tests)
	Fill        time.Duration // how long a seqn in use may stay unlearned, and a member silent
	Lease       time.Duration // of a read lease: 0.75 Fill unless told, at most Fill; negative: none are asked for or granted
	Timeout     time.Duration // how long a proposal or a read may take
	Tick        time.Duration // the longest time between two inputs that is not a stall of this node's own
	MaxInflight int64         // bytes of own mutations that are nominated and not learned, and of those passed on and not answered
	LogBytes    int64         // bytes of applied mutations kept for those who are behind
	LogSeqns    int64         // seqns kept for them; by default 64 alpha
	Seed        uint64        // of the chance in backing off and in choosing peers
}

// State is where a Machine begins: what a snapshot carries beside the tree.
type State struct {
	Applied int64
	Configs []Membership // ascending; the first covers Applied+1, and all of them (Applied, Applied+alpha]
}

// Entry is a mutation that was learned. Value must not be modified.
type Entry struct {
	Seqn  int64
	Value []byte
}

// Status tells how a proposal or a read ended.
type Status uint8

// The ways to end.
const (
	OK       Status = iota // a proposal: applied, see Seqn and Code; a read: the store as it stands will do
	Unknown                // the proposal may or may not be, or come to be, in the log
	Readonly               // the proposal is not in the log and never will be
	NoQuorum               // the read found no majority in time
)

// Done is a proposal or a read that ended.
type Done struct {
	Key    uint64
	Read   bool
	Status Status
	Seqn   int64 // a proposal: where it was applied; a read: up to where the store was when it was answered
	Code   int32 // a proposal: what Applied told of it
}

// Outbound is what goes to one node, in order. It may be lost, in part too.
type Outbound struct {
	To   ID
	Msgs []Message
}

// Output is what a Machine wants done. Its slices are valid until the next
// Take.
type Output struct {
	Done     []Done
	Messages []Outbound
	// Snapshot names a node from which a snapshot is to be fetched, since what
	// is lacking is kept no more; then Restore. It is said again until then.
	Snapshot ID
}

// Machine is one node's part in consensus: deterministic, with no goroutine,
// clock or network of its own. One goroutine drives it: it hands in
// messages, proposals, reads and ticks with the time (nanoseconds of a
// monotonic clock, from any beginning), applies what Entries gives, says so by
// Applied, and carries out what Take gives. See the package's page.
type Machine struct {
	cfg  Config
	rand *rand.Rand
	now  int64

	self  *node
	byID  map[ID]*node
	nodes []*node // in the order in which they became known

	// The log. applied <= tip <= win.hi; win.lo = applied+1. All up to tip is
	// learned; what lies in (applied, yielded] is with the driver.
	configs configs
	win     window
	applied int64
	tip     int64
	tipAt   int64 // when tip last moved, or use went ahead of it
	yielded int64
	entries []Entry
	log     kept

	use  int64 // the highest use known
	seen int64 // the highest seqn at which it voted for, nominated or learned a mutation

	// The owner, and the mutations on their way.
	next         int64   // see owner.go
	inflight     int64   // bytes nominated and not learned
	chosen       []int64 // chosen in a round of this node's, and not announced
	coordinated  int64   // the highest seqn at which it opened a round
	queue        queue   // proposals that wait for a slot; bounded by the driver, and by MaxPassed a node
	deadlines    queue   // all open proposals, in the order of their deadlines
	deadlinesMax int     // when to take those that ended out of deadlines
	passing      map[int64]*proposal
	passedBytes  int64 // of those in passing
	passNum      int64
	passVia      *node
	awaited      []*proposal // passed on, and applied elsewhere

	// Reads.
	reads       []uint64 // wait for the next question
	readBy      int64    // the deadline of the oldest of them
	questions   []*question
	questionNum int64

	// Leases.
	holding bool  // it holds somebody, or did at the latest tick
	grantAt int64 // it grants nothing before

	// Liveness and filling.
	due       int64 // when a tick is to come
	hearsNow  []ID
	beatAt    int64
	deaf      bool  // two members that this node hears do not hear each other
	filler    *node // who fills for those that are cut off
	fillNext  int64
	fillDelay int64

	// Catching up.
	source       *node
	sourceAt     int64
	sourceTurn   int
	followedAt   int64
	followedFrom int64
	lacking      *node // told that something was chosen that this node has not got

	contradictions int64
	out            Output
}

// New makes a machine that begins at st.
func New(cfg Config, st State) (*Machine, error) {
	cfg = cfg.withDefaults()
	if cfg.Self == "" {
		return nil, errors.New("consensus: a machine needs an id")
	}
	if cfg.Alpha < 4 {
		return nil, fmt.Errorf("consensus: alpha is %d, below 4", cfg.Alpha)
	}
	if err := st.validate(cfg.Alpha); err != nil {
		return nil, err
	}
	m := &Machine{
		cfg:     cfg,
		rand:    rand.New(rand.NewPCG(cfg.Seed, cfg.Seed^0x9e3779b97f4a7c15)),
		byID:    make(map[ID]*node),
		passing: make(map[int64]*proposal),
		log:     kept{maxBytes: cfg.LogBytes, maxSeqns: cfg.LogSeqns},
		win:     newWindow(st.Applied, cfg.Alpha),
	}
	m.self = m.node(cfg.Self)
	m.begin(st)
	if others := len(m.nodes) - 1; others > 0 {
		m.sourceTurn = 1 + m.rand.IntN(others) // so that not all followers ask the same member
	}
	return m, nil
}

func (cfg Config) withDefaults() Config {
	def := func(v *int64, d int64) {
		if *v == 0 {
			*v = d
		}
	}
	def(&cfg.Alpha, DefaultAlpha)
	def((*int64)(&cfg.Fill), int64(DefaultFill))
	def((*int64)(&cfg.Lease), int64(cfg.Fill)/4*3)
	cfg.Lease = min(cfg.Lease, cfg.Fill)
	def((*int64)(&cfg.Timeout), int64(DefaultTimeout))
	def((*int64)(&cfg.Tick), int64(DefaultTick))
	def(&cfg.MaxInflight, DefaultMaxInflight)
	def(&cfg.LogBytes, DefaultLogBytes)
	def(&cfg.LogSeqns, 64*cfg.Alpha)
	return cfg
}

func (st *State) validate(alpha int64) error {
	if st.Applied < 0 || len(st.Configs) == 0 || st.Configs[0].From > st.Applied+1 {
		return errors.New("consensus: the state tells no config for the first seqn")
	}
	last := int64(-1 << 62)
	for _, ms := range st.Configs {
		if ms.From <= last || ms.From > st.Applied+alpha || len(ms.Members) == 0 || len(ms.Members) > MaxMembers {
			return fmt.Errorf("consensus: the state tells an impossible config from %d on", ms.From)
		}
		last = ms.From
	}
	return nil
}

// begin sets what a state tells.
func (m *Machine) begin(st State) {
	m.applied, m.tip, m.yielded, m.tipAt = st.Applied, st.Applied, st.Applied, m.now
	m.win.advance(st.Applied + 1)
	m.chosen = slices.DeleteFunc(m.chosen, func(s int64) bool { return s < m.win.lo })
	m.next = max(m.next, st.Applied+1)
	m.log.reset(st.Applied)
	m.configs = nil
	for _, ms := range st.Configs {
		m.addConfig(ms)
	}
	m.pruneConfigs()
	m.raiseTip()
	m.judge()
}

// clock takes the time of an input. One that comes late, after a gap or when a
// tick was due, means that this node was itself asleep: it does not blame the
// others for that.
func (m *Machine) clock(now int64) {
	if m.now == 0 { // the first input
		m.tipAt = now
		for _, x := range m.nodes {
			x.since = now
		}
	}
	if m.now > 0 {
		m.forgive(now - max(m.now, m.due) - int64(m.cfg.Tick))
	}
	m.now = max(m.now, now)
}

// LinkUp tells that an authenticated connection to id came to be.
func (m *Machine) LinkUp(now int64, id ID) {
	m.clock(now)
	x := m.node(id)
	if x == m.self {
		return
	}
	x.linked, x.vouched, x.heard, x.told, x.sub = true, false, m.now, 0, subscription{}
	m.again()
	m.beats()
	m.beat(x)
}

// LinkDown tells that the connection to id ended. Nothing that came by it may
// be handed in afterwards.
func (m *Machine) LinkDown(now int64, id ID) {
	m.clock(now)
	x := m.byID[id]
	if x == nil || !x.linked {
		return
	}
	x.linked = false
	clear(x.out)
	x.out, x.sub, x.owed = x.out[:0], subscription{}, Message{}
	m.unknownVia(x)
	m.beats()
	m.judge()
	m.forgetNodes()
}

// Vouch tells whether the tree has an address of the linked node id, so that
// it is no stranger: what it learned may be taken from it even where it is no
// member.
func (m *Machine) Vouch(id ID, known bool) {
	if x := m.byID[id]; x != nil {
		x.vouched = known
	}
}

// Propose wants mutation, which must not be empty or modified, in the log. It
// ends by a Done with that key, at since + Config.Timeout at the latest; since,
// when it was asked for, may be earlier than the latest input.
func (m *Machine) Propose(since int64, key uint64, mutation []byte) {
	m.clock(since)
	if len(mutation) == 0 {
		panic("consensus: an empty mutation")
	}
	m.propose(since, &proposal{key: key, value: mutation})
}

// Read wants a linearizable read. It ends by a Done with that key, after
// Config.Timeout at the latest; with OK, the store as it then stands holds
// every write that was acknowledged, or shown to a reader, before Read.
func (m *Machine) Read(now int64, key uint64) {
	m.clock(now)
	if len(m.reads) == 0 {
		m.readBy = m.now + int64(m.cfg.Timeout)
	}
	m.reads = append(m.reads, key)
}

// Entries gives what is learned and not applied: the mutations in order; all
// other seqns up to to are nops. With ok the driver has to apply them and call
// Applied before it hands in or asks for anything else; and then to ask again,
// for more may have come of it. entries is valid until Applied.
func (m *Machine) Entries() (entries []Entry, to int64, ok bool) {
	m.nominateQueued()
	m.skipUnused()
	m.tellSkips()
	m.fillAhead()
	m.announce()
	if m.tip == m.applied {
		return nil, 0, false
	}
	m.yielded = m.tip
	for s := m.applied + 1; s <= m.tip; s++ {
		if in := m.win.at(s); in.value != nil {
			m.entries = append(m.entries, Entry{Seqn: s, Value: in.value})
		}
	}
	return m.entries, m.yielded, true
}

// Applied tells that the driver applied all that Entries gave. codes are the
// results of its entries, each for each. changes are the voters (the ids in
// /ctl/cal that have an address) after every seqn at which that set changed;
// they come in force alpha later.
func (m *Machine) Applied(now int64, codes []int32, changes []Membership) {
	m.clock(now)
	if len(codes) != len(m.entries) {
		panic("consensus: a result is missing")
	}
	for i, e := range m.entries {
		m.log.add(e)
		if p := m.win.at(e.Seqn).prop; p != nil {
			m.end(p, OK, e.Seqn, codes[i])
			p.value = nil
		}
	}
	clear(m.entries)
	m.entries = m.entries[:0]
	m.applied, m.fillDelay = m.yielded, 0
	m.win.advance(m.applied + 1)
	m.log.trim(m.applied)
	m.changeConfigs(changes)
	m.answerAwaited()
	m.answerReads()
}

// changeConfigs takes the changes of membership, and sees to it that they are
// soon in force.
func (m *Machine) changeConfigs(changes []Membership) {
	for _, ms := range changes {
		if ms.From > m.applied {
			panic("consensus: a change of membership that was not applied")
		}
		m.addConfig(Membership{From: ms.From + m.cfg.Alpha, Members: ms.Members})
		m.noteUse(ms.From+m.cfg.Alpha, m.self)
	}
	before := len(m.configs)
	m.pruneConfigs()
	if len(changes) > 0 || len(m.configs) != before {
		m.beats()
		m.judge()
		for _, x := range m.nodes {
			x.wantSkip = true
		}
	}
}

// Restore tells that a snapshot was installed. What of this node's mutations
// the snapshot may hold has an unknown outcome; an acceptor's memory of the
// seqns above it stays. A state that is not ahead of this node's is refused.
func (m *Machine) Restore(now int64, st State) error {
	m.clock(now)
	if err := st.validate(m.cfg.Alpha); err != nil {
		return err
	}
	if st.Applied <= m.applied {
		return fmt.Errorf("consensus: a snapshot at %d, and %d is applied", st.Applied, m.applied)
	}
	for s := m.win.lo; s <= min(st.Applied, m.win.hi); s++ {
		in := m.win.at(s)
		if in.prop == nil {
			continue
		}
		if !in.learned {
			m.inflight -= int64(len(in.prop.value))
		}
		m.end(in.prop, Unknown, 0, 0)
	}
	m.begin(st)
	m.out.Snapshot = ""
	m.answerAwaited()
	m.answerReads()
	return nil
}

// Take hands over what is to be done, and begins anew.
func (m *Machine) Take(out *Output) {
	m.ask()
	for _, x := range m.nodes {
		if x.wantBeat {
			m.beat(x)
		}
	}
	if m.lacking != nil || m.source != nil {
		m.askFollow()
	}
	m.stream()
	m.giveGrants()
	out.Done = append(out.Done[:0], m.out.Done...)
	out.Snapshot = m.out.Snapshot
	clear(m.out.Done)
	m.out.Done, m.out.Snapshot = m.out.Done[:0], ""
	out.Messages = out.Messages[:0]
	for _, x := range m.nodes {
		clear(x.spare)
		x.out, x.spare = x.spare[:0], x.out
		if len(x.spare) > 0 {
			out.Messages = append(out.Messages, Outbound{To: x.id, Msgs: x.spare})
		}
	}
}
