// Command load-balancers gives each Service of type LoadBalancer an address, at which kube-proxy then answers. Its arguments
// are a kubeconfig and the range that the addresses are of.
package main

import (
	"context"
	"fmt"
	"log"
	"net/netip"
	"os"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	cloud "k8s.io/cloud-provider"
	"k8s.io/cloud-provider/api"
	"k8s.io/cloud-provider/controllers/service"
	"k8s.io/component-base/metrics/prometheus/controllers"
	"k8s.io/klog/v2"
)

// provider has load balancers and nothing else.
type provider struct {
	cloud.Interface
	addresses
}

func (p provider) LoadBalancer() (cloud.LoadBalancer, bool) { return p.addresses, true }

type addresses struct {
	client kubernetes.Interface
	from   netip.Prefix
}

func addressOf(service *core.Service) string {
	for _, ingress := range service.Status.LoadBalancer.Ingress {
		return ingress.IP
	}
	return ""
}

func at(address string) *core.LoadBalancerStatus {
	return &core.LoadBalancerStatus{Ingress: []core.LoadBalancerIngress{{IP: address}}}
}

// EnsureLoadBalancer keeps the address that a Service has, or finds one that no other Service has. What is given away stands
// in the status of the Services and nowhere else; one worker alone calls this, after the former status was written.
func (a addresses) EnsureLoadBalancer(ctx context.Context, _ string, service *core.Service, _ []*core.Node) (*core.LoadBalancerStatus, error) {
	services, err := a.client.CoreV1().Services("").List(ctx, meta.ListOptions{})
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{}
	for _, other := range services.Items {
		if other.UID == service.UID {
			// The informer may not have heard of it yet.
			service = &other
			continue
		}
		for _, ingress := range other.Status.LoadBalancer.Ingress {
			taken[ingress.IP] = true
		}
	}
	own := addressOf(service)
	if address, err := netip.ParseAddr(own); err == nil && a.from.Contains(address) && !taken[own] {
		return at(own), nil
	}
	// The first is the name of the range, the last leads to all of it.
	for address := a.from.Masked().Addr().Next(); a.from.Contains(address.Next()); address = address.Next() {
		if !taken[address.String()] {
			return at(address.String()), nil
		}
	}
	return nil, api.NewRetryError(fmt.Sprintf("no address of %s is left", a.from), 2*time.Second)
}

// GetLoadBalancer says that there is something to remove where a Service has an address.
func (a addresses) GetLoadBalancer(_ context.Context, _ string, service *core.Service) (*core.LoadBalancerStatus, bool, error) {
	return &service.Status.LoadBalancer, addressOf(service) != "", nil
}

func (a addresses) GetLoadBalancerName(_ context.Context, _ string, service *core.Service) string {
	return cloud.DefaultLoadBalancerName(service)
}

// UpdateLoadBalancer hears of other nodes. There is one.
func (a addresses) UpdateLoadBalancer(context.Context, string, *core.Service, []*core.Node) error {
	return nil
}

// EnsureLoadBalancerDeleted has nothing to do: the address is free when the status no longer says it.
func (a addresses) EnsureLoadBalancerDeleted(context.Context, string, *core.Service) error {
	return nil
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("load-balancers KUBECONFIG RANGE")
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	from, err := netip.ParsePrefix(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		log.Fatal(err)
	}
	ctx := klog.NewContext(context.Background(), klog.Background())
	watched := informers.NewSharedInformerFactory(client, 0)
	controller, err := service.New(provider{addresses: addresses{client, from}}, client,
		watched.Core().V1().Services(), watched.Core().V1().Nodes(), "landfall", nil)
	if err != nil {
		log.Fatal(err)
	}
	watched.Start(ctx.Done())
	controller.Run(ctx, 1, controllers.NewControllerManagerMetrics("load-balancers"))
}
