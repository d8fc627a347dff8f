/** The flags of the verbs that read a stream. */
import { playDefaults } from '../../live/play/options.ts';
import { optional, required, toggle, valued } from '../flags.ts';
import { text, topicName } from '../values.ts';

export const streamFlags = {
  stream: required('stream', 'NAME', text, 'the stream'),
  topic: valued('topic', 'TOPIC', topicName, playDefaults.topic, playDefaults.topic, 'its media topic'),
  rendition: optional(
    'rendition',
    'NAME',
    text,
    'one of its renditions, e.g. 720p',
    'the one with the most bits a second',
  ),
} as const;

export const onceFlag = toggle('once', 'fail when the stream is not live; otherwise wait for it');
