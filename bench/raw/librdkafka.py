"""librdkafka through its wheel for Python; at 1 MB a record Python itself adds next to nothing."""

import json
import os
import re
import resource
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition

verb, bootstrap, topic, count, size = sys.argv[1:6]
count, size = int(count), int(size)
shared = {"bootstrap.servers": bootstrap}


def report(work):
    def cpu():
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    before, started = cpu(), time.perf_counter()
    work()
    seconds, spent = time.perf_counter() - started, cpu() - before
    with open("/proc/self/status", encoding="utf-8") as status:
        peak = int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) * 1024
    print(json.dumps({"seconds": seconds, "cpuSeconds": spent, "peakBytes": peak}))


def produce():
    value = os.urandom(size)
    settings = {"acks": "all", "enable.idempotence": True, "linger.ms": 0, "message.max.bytes": 1048588}
    producer = Producer({**shared, **settings, "queue.buffering.max.kbytes": 65536})
    producer.list_topics(topic)

    def work():
        for _ in range(count):
            while True:
                try:
                    producer.produce(topic, value, partition=0)
                    break
                except BufferError:
                    producer.poll(0.05)
            producer.poll(0)
        if producer.flush(120) > 0:
            sys.exit("not all records were acknowledged")

    report(work)


def fetch():
    settings = {"group.id": "bench", "enable.auto.commit": False, "check.crcs": True}
    consumer = Consumer({**shared, **settings, "fetch.message.max.bytes": 8388608})
    consumer.list_topics(topic)

    def work():
        consumer.assign([TopicPartition(topic, 0, 0)])
        records = 0
        while records < count:
            messages = consumer.consume(min(64, count - records), timeout=30)
            if not messages:
                sys.exit(f"{records} of {count} records came")
            records += len(messages)

    report(work)
    consumer.close()


produce() if verb == "produce" else fetch()
