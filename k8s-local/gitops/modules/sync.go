package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"time"

	"github.com/argoproj/argo-cd/v3/util/lua"
	"github.com/argoproj/gitops-engine/pkg/cache"
	"github.com/argoproj/gitops-engine/pkg/engine"
	"github.com/argoproj/gitops-engine/pkg/sync"
	"github.com/argoproj/gitops-engine/pkg/sync/common"
	"github.com/argoproj/gitops-engine/pkg/utils/io"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2/textlogger"
	"sigs.k8s.io/yaml"
)

// Argo CD's own default. What carries another value, or none, is not ours to prune.
const trackingAnnotation = "argocd.argoproj.io/tracking-id"

type resourceReport struct {
	Group     string            `json:"group"`
	Kind      string            `json:"kind"`
	Namespace string            `json:"namespace"`
	Name      string            `json:"name"`
	Status    common.ResultCode `json:"status"`
	Message   string            `json:"message"`
}

type report struct {
	Time      time.Time        `json:"time"`
	Revision  string           `json:"revision"`
	Error     string           `json:"error,omitempty"`
	Resources []resourceReport `json:"resources"`
}

type follower struct {
	source
	namespace string
	overrides lua.ResourceHealthOverrides
	engine    engine.GitOpsEngine
	log       logr.Logger
	mark      string
}

// sync makes the cluster as the last commit says, once.
func (f follower) sync() report {
	done := report{Resources: []resourceReport{}}
	target, revision, err := f.read()
	done.Revision = revision
	if err == nil {
		for _, object := range target {
			annotations := object.GetAnnotations()
			if annotations == nil {
				annotations = map[string]string{}
			}
			annotations[trackingAnnotation] = f.mark
			object.SetAnnotations(annotations)
		}
		ours := func(r *cache.Resource) bool { return r.Info == f.mark }
		// Argo CD's default, foreground, leaves a finalizer that only the garbage collector of kube-controller-manager
		// takes off; a control plane of API server and etcd has none.
		background := metav1.DeletePropagationBackground
		var results []common.ResourceSyncResult
		results, err = f.engine.Sync(context.Background(), target, ours, revision, f.namespace,
			sync.WithPrune(true), sync.WithPrunePropagationPolicy(&background), sync.WithHealthOverride(f.overrides), sync.WithLogr(f.log))
		for _, r := range results {
			k := r.ResourceKey
			done.Resources = append(done.Resources,
				resourceReport{k.Group, k.Kind, k.Namespace, k.Name, r.Status, r.Message})
		}
	}
	if err != nil {
		done.Error = err.Error()
	}
	done.Time = time.Now().UTC()
	return done
}

func settings(file string) (map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	config := corev1.ConfigMap{}
	err = yaml.Unmarshal(text, &config)
	return config.Data, err
}

// follow is what gitops-engine's own example program does, except that it reads commits instead of a working tree,
// listens on no port, and writes its temporary files to TMPDIR instead of /dev/shm, where a killed process would leave
// a kubeconfig behind. Each sync is one line of JSON on standard output; the engine's log goes to standard error.
func follow(args []string) error {
	f := follower{log: textlogger.NewLogger(textlogger.NewConfig())}
	flags := flag.NewFlagSet("sync", flag.ExitOnError)
	flags.StringVar(&f.repository, "repository", "", "path of a Git repository, bare or not")
	flags.StringVar(&f.branch, "branch", "HEAD", "branch to follow")
	flags.StringVar(&f.folder, "path", "", "folder in the repository")
	flags.StringVar(&f.namespace, "namespace", "default", "for manifests that name none")
	kubeconfig := flags.String("kubeconfig", "", "file that names the cluster")
	settingsFile := flags.String("settings", "", "file with an argocd-cm ConfigMap that has health checks")
	resync := flags.Duration("resync", 5*time.Second, "pause between two syncs")
	_ = flags.Parse(args)

	// The same for every process that follows this folder, so that one prunes what an earlier one applied.
	sum := sha256.Sum256([]byte(f.repository + "\x00" + f.folder))
	f.mark = "landfall-" + hex.EncodeToString(sum[:8])
	io.TempDir = os.TempDir()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	// At client-go's default rate the first look at a cluster takes 20 s.
	config.QPS, config.Burst = 50, 100
	data, err := settings(*settingsFile)
	if err != nil {
		return err
	}
	f.overrides = checks(data)
	clusterCache := cache.NewClusterCache(config,
		cache.SetLogr(f.log),
		cache.SetPopulateResourceInfoHandler(func(object *unstructured.Unstructured, _ bool) (any, bool) {
			mark := object.GetAnnotations()[trackingAnnotation]
			return mark, mark != ""
		}),
	)
	f.engine = engine.NewEngine(config, clusterCache, engine.WithLogr(f.log))
	stop, err := f.engine.Run()
	if err != nil {
		return err
	}
	defer stop()
	for lines := json.NewEncoder(os.Stdout); ; time.Sleep(*resync) {
		if err := lines.Encode(f.sync()); err != nil {
			return err
		}
	}
}
