class_name Murmur
## Makes a murmur of a few syllables, because this example has no recorded voices.

const RATE := 22050
const SYLLABLES: Array[float] = [0.11, 0.08, 0.16]
const VOLUME := 0.4


## Returns a sound around `pitch`, in Hz.
static func stream(pitch: float) -> AudioStreamWAV:
	var data := PackedByteArray()
	for index in SYLLABLES.size():
		var count := int(SYLLABLES[index] * RATE)
		var step := TAU * pitch * (1.0 + 0.12 * (index % 2)) / RATE
		for sample in count:
			# Louder and softer once, so that nothing clicks; the overtone makes it a voice.
			var loudness := VOLUME * sin(PI * sample / count)
			var wave := sin(step * sample) + 0.4 * sin(2.0 * step * sample)
			data.resize(data.size() + 2)
			data.encode_s16(data.size() - 2, int(loudness * wave / 1.4 * 32767.0))
	var wav := AudioStreamWAV.new()
	wav.format = AudioStreamWAV.FORMAT_16_BITS
	wav.mix_rate = RATE
	wav.data = data
	return wav
