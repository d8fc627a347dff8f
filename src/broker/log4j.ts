/** Kafka's logging: everything in rolling files, and on its output only what says that it started or why it failed. */

/** A log4j2 configuration; the folder comes by the system property `sluice.logs`. */
export const log4jProperties = `status = error

appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = \${sys:sluice.logs}/server.log
appender.file.filePattern = \${sys:sluice.logs}/server.log.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = [%d] %p %m (%c)%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 10MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 3

appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %maxLen{%m}{400} %throwable{short.message}%n
appender.console.filter.threshold.type = ThresholdFilter
appender.console.filter.threshold.level = error

appender.life.type = Console
appender.life.name = life
appender.life.layout.type = PatternLayout
appender.life.layout.pattern = %p %m%n

rootLogger.level = info
rootLogger.appenderRef.file.ref = file
rootLogger.appenderRef.console.ref = console

logger.life.name = kafka.server.KafkaRaftServer
logger.life.level = info
logger.life.appenderRef.life.ref = life
`;

/** What Kafka says on its output once a node serves clients. */
export const startedLine = 'Kafka Server started';
