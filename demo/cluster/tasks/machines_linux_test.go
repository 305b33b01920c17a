package tasks

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/cluster"
	"doormat/demo/sandbox"
	"doormat/world"
)

// machines is how many columns the sweep of TestMachines has, with twenty jobs each.
var machines = flag.Int("machines", 0, "columns of the sweep on three servers and four workers, 0 to leave it out")

// role is the environment variable that has this test's program be one machine.
const role = "DOORMAT_TEST_MACHINE"

// TestMain is one machine, or the process of a script, too.
func TestMain(m *testing.M) {
	if os.Args[len(os.Args)-1] == scriptCommand {
		if err := sandbox.Child(os.Stdin, os.Stdout); err != nil {
			panic(err)
		}
		return
	}
	flag.Parse()
	var err error
	switch os.Getenv(role) {
	case "server":
		err = beServer(os.Getenv("DOORMAT_TEST_NODE"), os.Getenv("DOORMAT_TEST_ADDRESSES"))
	case "worker":
		err = beWorker(os.Getenv("DOORMAT_TEST_ADDRESSES"))
	default:
		os.Exit(m.Run())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// beServer is a NATS server in a cluster of three, until it is killed.
func beServer(node, addresses string) error {
	list := strings.Split(addresses, ",")
	var number int
	if _, err := fmt.Sscan(node, &number); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "doormat-node-")
	if err != nil {
		return err
	}
	host, port := split2(list[number])
	o := &server.Options{ServerName: "n" + node, Host: host, Port: port, NoLog: true, NoSigs: true,
		JetStream: true, StoreDir: dir, JetStreamMaxMemory: 1 << 28, JetStreamMaxStore: 1 << 28, MaxPayload: 8 << 20,
		Cluster: server.ClusterOpts{Name: "test", Host: host, Port: port + 100},
		Users: []*server.User{{Username: "host", Password: "h"}, {Username: "worker", Password: "w",
			Permissions: &server.Permissions{Publish: &server.SubjectPermission{Allow: cluster.WorkerPublishes},
				Subscribe: &server.SubjectPermission{Allow: cluster.WorkerSubscribes}}}}}
	for _, a := range list {
		h, p := split2(a)
		o.Routes = append(o.Routes, &url.URL{Scheme: "nats", Host: fmt.Sprintf("%s:%d", h, p+100)})
	}
	s, err := server.NewServer(o)
	if err != nil {
		return err
	}
	s.Start()
	s.WaitForShutdown()
	return nil
}

func split2(address string) (host string, port int) {
	host, rest, _ := strings.Cut(address, ":")
	_, _ = fmt.Sscan(rest, &port)
	return host, port
}

// urls are the addresses as a user of NATS names them.
func urls(user, addresses string) string {
	list := strings.Split(addresses, ",")
	for i, a := range list {
		list[i] = "nats://" + user + "@" + a
	}
	return strings.Join(list, ",")
}

// beWorker is a worker of one job at a time, until it is killed.
func beWorker(addresses string) error {
	kit, err := demo.Default()
	if err != nil {
		return err
	}
	s := Session{Server: cluster.Server{URL: urls("worker:w", addresses)}, Say: func(text string) {
		fmt.Fprintln(os.Stderr, text)
	}}
	return s.Work(context.Background(), &Set{Kit: kit, Slots: 1})
}

// TestMachines has three servers and four workers, each a process in a network namespace of its
// own, compute a sweep. In the middle of it the server that leads the stream of jobs is killed,
// and two workers are. The result is that of one machine.
func TestMachines(t *testing.T) {
	if *machines == 0 {
		t.Skip("starts eight processes: runs with -machines N")
	}
	if os.Getenv("DOORMAT_TEST_INSIDE") == "" {
		inside := exec.Command("unshare", append([]string{"--net", "--mount", "sh", "-c",
			`mount -t tmpfs none /run && ip link set lo up && ip link add br0 type bridge && ip link set br0 up && ` +
				`ip address add 10.77.0.1/24 dev br0 && exec "$0" "$@"`}, os.Args...)...)
		inside.Env = append(os.Environ(), "DOORMAT_TEST_INSIDE=1")
		inside.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		out, err := inside.CombinedOutput()
		if t.Logf("in namespaces of their own:\n%s", out); strings.Contains(string(out), "=== RUN") ||
			strings.Contains(string(out), "PASS") {
			require.NoError(t, err)
			return
		}
		t.Log("this machine has no network namespaces for us: eight processes on loopback instead")
		os.Setenv("DOORMAT_TEST_INSIDE", "loopback")
	}
	runMachines(t, os.Getenv("DOORMAT_TEST_INSIDE") == "1")
}

// machine starts this program as one machine.
func machine(t *testing.T, namespaces bool, name, address string, env ...string) *exec.Cmd {
	args := []string{os.Args[0]}
	if namespaces {
		for _, line := range []string{"netns add " + name, "link add " + name + " type veth peer name eth0 netns " + name,
			"link set " + name + " master br0 up", "-n " + name + " address add " + address + "/24 dev eth0",
			"-n " + name + " link set eth0 up", "-n " + name + " link set lo up"} {
			out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput()
			require.NoError(t, err, "ip %s: %s", line, out)
		}
		args = append([]string{"ip", "netns", "exec", name}, args...)
	}
	c := exec.Command(args[0], args[1:]...)
	c.Env = append(os.Environ(), append(env, "TMPDIR="+t.TempDir())...)
	c.Stderr = os.Stderr
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	})
	return c
}

// sweepOf is a sweep of twenty settings in so many columns, and what one machine makes of it.
func sweepOf(t *testing.T, columns int) (*attacks.Lab, []world.Settings, demo.Options) {
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Story = "clock"
	o.Designs = kit.DesignIDs()[:columns]
	conv, _, err := o.Open()
	require.NoError(t, err)
	o.Attacks = []string{"device-theft"}
	lab, err := o.Lab(kit, conv)
	require.NoError(t, err)
	var points []world.Settings
	for retention := range 20 {
		points = append(points, lab.Settings)
		points[retention].Retention = retention
	}
	return lab, points, o
}

func runMachines(t *testing.T, namespaces bool) {
	var addresses []string
	for i := range 3 {
		if namespaces {
			addresses = append(addresses, fmt.Sprintf("10.77.0.%d:4222", 11+i))
		} else {
			addresses = append(addresses, fmt.Sprintf("127.0.0.1:%d", 24222+i))
		}
	}
	all := "DOORMAT_TEST_ADDRESSES=" + strings.Join(addresses, ",")
	servers, workers := map[string]*exec.Cmd{}, []*exec.Cmd{}
	for i, a := range addresses {
		host, _ := split2(a)
		servers[fmt.Sprintf("n%d", i)] = machine(t, namespaces, fmt.Sprintf("server%d", i), host, role+"=server",
			fmt.Sprint("DOORMAT_TEST_NODE=", i), all)
	}
	for i := range 4 {
		workers = append(workers, machine(t, namespaces, fmt.Sprintf("worker%d", i), fmt.Sprintf("10.77.0.%d", 21+i),
			role+"=worker", all))
	}
	lab, points, o := sweepOf(t, *machines)
	kit, err := demo.Default()
	require.NoError(t, err)
	killed := make(chan struct{})
	last := cluster.State{}
	s := Session{Server: cluster.Server{URL: urls("host:h", strings.Join(addresses, ","))}, Say: func(text string) { t.Log(text) }}
	s.Progress = func(state cluster.State) {
		last = state
		select {
		case <-killed:
		default:
			if state.Done >= state.Jobs/3 {
				close(killed)
				leader := leaderOf(t, s.Server.URL)
				t.Logf("%d of %d jobs done, %d workers: killing server %s and two workers", state.Done, state.Jobs,
					state.Workers, leader)
				for _, c := range append(workers[:2:2], servers[leader]) {
					require.NoError(t, c.Process.Kill())
				}
			}
		}
	}
	set := &Set{Kit: kit, Slots: 1}
	var h *cluster.Host
	var stop func()
	require.Eventually(t, func() bool { // the servers are up
		h, stop, err = s.Open(set, false)
		return err == nil
	}, 20*time.Second, 200*time.Millisecond, "%v", err)
	defer stop()
	h.AckWait = 3 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	begun := time.Now()
	got, err := set.Sweep(ctx, h, lab, points, Source{Options: o})
	require.NoError(t, err)
	t.Logf("%d jobs in %s", last.Jobs, time.Since(begun).Round(time.Second/10))
	require.Equal(t, len(points)*len(lab.Designs), last.Jobs)
	require.Equal(t, last.Jobs, last.Done)
	select {
	case <-killed:
	default:
		t.Fatal("nobody was killed")
	}
	plain, err := lab.Sweep(ctx, points)
	require.NoError(t, err)
	for i := range plain {
		require.Equal(t, formats(t, plain[i]), formats(t, got[i]))
	}
	require.Empty(t, streams(t, s.Server.URL), "something was left on the servers")
}

// api connects as somebody who may ask the servers anything.
func api(t *testing.T, url string) jetstream.JetStream {
	nc, err := nats.Connect(url)
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	return js
}

func streams(t *testing.T, url string) (list []string) {
	for name := range api(t, url).StreamNames(context.Background()).Name() {
		list = append(list, name)
	}
	return list
}

// leaderOf names the server that leads the stream of jobs.
func leaderOf(t *testing.T, url string) string {
	for _, name := range streams(t, url) {
		if strings.HasPrefix(name, "DOORMAT_JOBS_") {
			stream, err := api(t, url).Stream(context.Background(), name)
			require.NoError(t, err)
			info := stream.CachedInfo()
			require.Equal(t, 3, info.Config.Replicas)
			return info.Cluster.Leader
		}
	}
	t.Fatal("there is no stream of jobs")
	return ""
}
