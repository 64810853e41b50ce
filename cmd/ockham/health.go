package main

import (
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
)

// newHealthCommand is for images without a shell: it asks a URL and ends with 0 when all is well.
func newHealthCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "health [URL]",
		Short: "Ask whether a service is healthy; for health checks in containers",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			url := "http://127.0.0.1:8082/readyz"
			if len(args) == 1 {
				url = args[0]
			}
			req, err := http.NewRequestWithContext(c.Context(), http.MethodGet, url, nil)
			if err != nil {
				return err
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				return fmt.Errorf("nobody answers; is `ockham serve` running? %w", err)
			}
			defer res.Body.Close()
			if res.StatusCode != http.StatusOK {
				return fmt.Errorf("%s: %s; look at its log", url, res.Status)
			}
			return nil
		},
	}
}
