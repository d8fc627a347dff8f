"""librdkafka through its wheel for Python; at 1 MB a record Python itself adds next to nothing."""

import json
import os
import re
import resource
import sys
import threading
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
    found = work() or {}
    seconds, spent = time.perf_counter() - started, cpu() - before
    with open("/proc/self/status", encoding="utf-8") as status:
        peak = int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) * 1024
    print(json.dumps({**found, "seconds": seconds, "cpuSeconds": spent, "peakBytes": peak}))


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


def latency():
    """As latency.ts does it; the consumer has a thread of its own, as librdkafka's users write it."""
    warm_up, value = 200, os.urandom(size)
    producer = Producer({**shared, "acks": "all", "enable.idempotence": True, "linger.ms": 0})
    consumer = Consumer({**shared, "group.id": "bench", "enable.auto.commit": False, "check.crcs": True})
    consumer.assign([TopicPartition(topic, 0, 0)])
    sent, latencies = [], []

    def receive():
        while len(latencies) < count + warm_up:
            message = consumer.poll(30)
            if message is None:
                sys.exit("no record came")
            latencies.append((time.perf_counter() - sent[message.offset()]) * 1000)

    def work():
        receiving = threading.Thread(target=receive)
        receiving.start()
        for _ in range(count + warm_up):
            sent.append(time.perf_counter())
            producer.produce(topic, value, partition=0)
            producer.poll(0)
            time.sleep(0.01)
        receiving.join()
        return {"latencies": latencies[warm_up:]}

    report(work)
    consumer.close()


{"produce": produce, "fetch": fetch, "latency": latency}[verb]()
