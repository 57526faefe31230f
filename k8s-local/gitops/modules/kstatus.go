package main

import (
	"encoding/json"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type kstatus struct {
	Status  status.Status `json:"status"`
	Message string        `json:"message"`
}

// compute reads a question on standard input and prints the list of {"status", "message"} in the order of the objects,
// as kstatus has it, from which Flux tells whether what it applied is there.
func compute([]string) error {
	asked, err := ask()
	if err != nil {
		return err
	}
	answers := []kstatus{}
	for _, object := range asked.Objects {
		result, err := status.Compute(&unstructured.Unstructured{Object: object})
		if err != nil {
			return err
		}
		answers = append(answers, kstatus{result.Status, result.Message})
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}
