# Two stages on Debian 12: the first builds with a Swift toolchain, the second carries the binary and what it links.
# The packages are those of packaging/debian-packages; a test compares them.
FROM swift:6.3-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
        pkg-config libyaml-dev libcurl4-openssl-dev libmicrohttpd-dev libgnutls28-dev libcrypt-dev libsqlite3-dev libre2-dev libsimdjson-dev libsnappy-dev \
        zlib1g-dev libssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources ./Sources
COPY Tests ./Tests
COPY Benchmarks ./Benchmarks
# Sources/Demo/Rules is a link to it: the demo carries the rules inside the binary.
COPY rules ./rules
# The order in which the functions are linked.
COPY packaging/function-order ./packaging/function-order
RUN swift build -c release --static-swift-stdlib --product ruleval \
    && strip -o /ruleval .build/release/ruleval

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
        libyaml-0-2 libcurl4 libmicrohttpd12 libgnutls30 libcrypt1 libsqlite3-0 libre2-9 libsimdjson14 libsnappy1v5 zlib1g libssl3 tzdata ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 9595 --home-dir /var/lib/ruleval --create-home --shell /usr/sbin/nologin ruleval
COPY --from=build /ruleval /usr/bin/ruleval
USER ruleval
VOLUME /var/lib/ruleval
EXPOSE 9595
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["/usr/bin/ruleval", "health"]
ENTRYPOINT ["/usr/bin/ruleval"]
CMD ["run", "--config", "/etc/ruleval/ruleval.yml", "--listen", "0.0.0.0:9595", "--state", "/var/lib/ruleval"]
