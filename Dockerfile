# The image of Ockham: one static binary and the authorities that AWS is trusted by. No shell, no root.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG RELEASE=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.release=$RELEASE" -o /ockham ./cmd/ockham

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /ockham /ockham
USER 65532:65532
# ext_proc, HTTP port, admin port
EXPOSE 9002 8083 8082
HEALTHCHECK --interval=10s --timeout=3s CMD ["/ockham", "health"]
ENTRYPOINT ["/ockham"]
CMD ["serve"]
