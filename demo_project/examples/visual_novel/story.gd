class_name Story
## The story as pages. Each choice leads to the `next` one, and `said` is what Mira hears: a tool of
## her graph. Where pages are named after feelings, as `river_happy`, hers chooses among them.

const FIRST := "arrival"
const PAGES: Dictionary[String, Dictionary] = {
	"arrival": {
		"text": "There you are! The lanterns are about to be lit. I thought you might not come.",
		"choices": [
			{"text": "I would not miss it.", "said": "kind_words", "next": "lantern"},
			{"text": "I was on my way home anyhow.", "said": "cool_words", "next": "lantern"},
			{"text": "And who are you again?", "said": "teasing", "next": "lantern"},
		],
	},
	"lantern": {
		"text": "Look, I made this one myself. The paper tore a little. What do you think of it?",
		"choices": [
			{"text": "It is the best of them all.", "said": "kind_words", "next": "wish"},
			{"text": "It has a hole. Take mine.", "said": "gift", "next": "wish"},
			{"text": "I have seen better ones.", "said": "cool_words", "next": "wish"},
		],
	},
	"wish": {
		"text": "Last year we wished for the same thing. You do remember what it was?",
		"choices": [
			{"text": "Of course! A pony.", "said": "lie", "next": "caught"},
			{"text": "No. I am sorry. Tell me.", "said": "truth", "next": "river"},
			{"text": "That is a secret, or it never comes true.", "said": "teasing", "next": "river"},
		],
	},
	"caught": {
		"text": "A pony? We wished to see the sea. You could have said that you forgot.",
		"choices": [
			{"text": "You are right. I forgot, and I am sorry.", "said": "truth", "next": "river"},
			{"text": "The sea is full of ponies.", "said": "teasing", "next": "river"},
		],
	},
	"river_love": {
		"text": "Come, we let both lanterns go together. And in summer, we go and see the sea.",
		"choices": [],
	},
	"river_happy": {
		"text": "Come, the river is full of lights. I am glad that you are here.",
		"choices": [],
	},
	"river_neutral": {
		"text": "Well. The others wait by the river. You can come along, if you like.",
		"choices": [],
	},
	"river_sad": {
		"text": "I think I let my lantern go alone this year. Good night.",
		"choices": [],
	},
}


## Returns the page behind `choice` for a Mira who has this lasting `feeling`.
static func after(choice: Dictionary, feeling: String) -> String:
	var by_feeling := "%s_%s" % [choice.next, feeling]
	return by_feeling if PAGES.has(by_feeling) else choice.next
