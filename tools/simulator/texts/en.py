"""English."""

REVIEW_TITLES = {
    "good": ["Love it", "Great buy", "Exactly what I wanted", "Would buy again 👍", "Very happy"],
    "mixed": ["It's okay", "Decent, not great", "Does the job", "Mixed feelings"],
    "bad": ["Disappointed", "Not worth it", "Never again", "Waste of money 😡", "Poor"],
}
REVIEW_BODIES = {
    "good": [
        "{product} works perfectly from the first day.",
        "Easy to set up and very well made.",
        "Better than I expected for the price.",
        "I use {product} every day and have no complaints.",
    ],
    "mixed": [
        "{product} does what it should, but the battery could last longer.",
        "Good screen, weak speakers.",
        "Fine for the price, but it feels a bit cheap.",
    ],
    "product": [
        "{product} is slow and keeps losing the connection.",
        "The quality is nowhere near what the pictures promise.",
        "Stopped being fun after a week, it freezes all the time.",
    ],
    "late": [
        "The parcel came days after the promised date and nobody told me why.",
        "Delivery took forever. I needed it for a birthday and it was late.",
        "The product may be fine, but waiting this long for a late parcel is not.",
    ],
    "defect": [
        "{product} arrived defective, the screen was cracked.",
        "It was broken out of the box and would not turn on.",
        "Damaged on arrival, I had to send it back.",
    ],
}
REVIEW_MORE = {
    "good": ["My family likes it too.", "Thank you!", "Five stars from me ⭐", "Packaging was neat as well."],
    "mixed": ["Let's see how long it lasts.", "I will keep it for now.", "There may be better ones."],
    "bad": ["I want my money back.", "I can't recommend it.", "Think twice before you buy."],
}
SUBJECTS = {
    "delivery": ["Where is my parcel?", "Order {order} has not arrived", "Late delivery"],
    "defect": ["Product is defective", "Broken item in order {order}", "Does not turn on"],
    "return": ["When do I get my refund?", "Return of order {order}", "Return received?"],
    "payment": ["Payment failed", "Card declined for order {order}", "Charged twice?"],
    "account": ["Cannot log in", "Change of my data", "Question about my account"],
    "other": ["A question before I buy", "Invoice needed", "Feedback"],
}
OPENINGS = {
    "delivery": [
        "Hello, my order {order} should have arrived by now, but the tracking has not moved for days.",
        "I'm still waiting for {order}. Can you please find out where the parcel is?",
        "The promised day is over and there is no parcel. What happened? 😕",
    ],
    "defect": [
        "Hi, {product} from order {order} came damaged. It does not turn on.",
        "The item is defective: the screen flickers and then goes black. What now?",
        "I opened the box and found a broken device. I'm really annoyed 😡",
    ],
    "return": [
        "I sent everything of order {order} back. When will I get my money?",
        "The return was delivered to you days ago, but there is no refund yet.",
        "Hello, did my return arrive? I have heard nothing.",
    ],
    "payment": [
        "My payment for {order} failed. Do I have to order again?",
        "I tried to pay twice and it was declined. Was anything charged?",
        "The shop says the payment did not work, please help.",
    ],
    "account": [
        "I can't log in any more, the reset mail never comes.",
        "Please correct the data in my account.",
        "How do I change my address in the app?",
    ],
    "other": [
        "Does {product} come with a charger?",
        "I need an invoice with my company's name on it.",
        "I just wanted to say that your packaging could use less plastic 🙂",
    ],
}
ANSWERS = {
    "delivery": [
        "I'm sorry about the delay. The carrier says that the parcel is on its way and will arrive soon.",
        "Thank you for your patience, we have asked the carrier and will keep you posted.",
    ],
    "defect": [
        "I'm sorry. Please send it back with the label attached, and we will refund or replace it.",
        "That should not happen. Could you tell us what exactly you see when you turn it on?",
    ],
    "return": [
        "Your return has arrived. The refund takes two to three working days.",
        "We have checked your return, and the money is on its way.",
    ],
    "payment": [
        "Nothing was charged for the failed attempt. You can pay again from your account.",
        "The bank declined the first attempt; the second one went through.",
    ],
    "account": ["We have sent you a new link to log in.", "We have updated your account."],
    "other": ["Thank you for asking, I have added the details below.", "Thank you, I have passed it on."],
}
FOLLOW_UPS = [
    "Thank you, I'll wait.",
    "That does not help me much. When exactly?",
    "Great, that solved it 🙏",
    "I have heard that before. Please hurry.",
]
CLOSINGS = [
    "You're welcome. I'll close the ticket; just answer if anything is left.",
    "It is on its way now. Thank you for your patience.",
]
GREETING = "Dear {value},"
ACKNOWLEDGED = "We have received your message and will answer within one working day."
SURVEY = {
    "good": ["Fast, easy, friendly.", "Great prices, great service 🎉", "I always buy here."],
    "mixed": ["It was fine, nothing special.", "Good shop, but shipping is expensive.", "OK"],
    "late": ["My parcel came too late.", "Late delivery, and no word about it.", "Waited for ages, late again 😠"],
    "defect": ["The device was broken.", "I got a defective item and all the trouble of a return."],
    "bad": ["The product is not what I expected.", "Too expensive, and the quality is poor.", "Not again."],
}
SURVEY_MORE = ['They say "next day", it never is.', "Otherwise, all good.", "Please call me, if you dare."]
MENTIONS = {
    "delivery": {
        "good": ["Ordered yesterday, here today. Nice one @TechCo 🚀", "@TechCo delivery was spot on"],
        "bad": ["@TechCo where is my parcel??", "Another late delivery from @TechCo 😤", "@TechCo shipping is a joke"],
    },
    "product": {
        "good": ["Loving my new {product} from @TechCo 😍", "{product} is worth every penny #TechCo"],
        "bad": ["My {product} broke after a week, thanks @TechCo", "@TechCo sold out again, seriously?"],
    },
    "price": {
        "good": ["That @TechCo sale though 🔥", "Best price I've seen, #TechCo"],
        "bad": ["@TechCo raises prices before every sale, change my mind", "Cheaper elsewhere, @TechCo"],
    },
    "service": {
        "good": ["Shout-out to @TechCo support, solved in minutes", "@TechCo people are lovely"],
        "bad": ["@TechCo support keeps ignoring me", "Three emails, no answer. @TechCo?"],
    },
}
REQUESTS = {
    "erase": ["Please delete all my data and confirm it.", "I closed my account. Erase everything you hold about me."],
    "export": ["Please send me a copy of all data you have about me.", "I want to know what you have stored about me."],
    "object": ["I object to the use of my data for advertising.", "Do not sell or share my data."],
    "rectify": ["My data are wrong, please correct them.", "Please correct the spelling of my name."],
}
HIDDEN = {
    "email": ["Please write to {value}.", "My e-mail is {value}.", "You can reach me at {value}"],
    "phone": ["Call me on {value}.", "My number is {value}.", "Phone: {value}"],
    "name": ["Regards, {value}", "It was ordered in the name of {value}.", "— {value}"],
    "national_id": ["My CPF is {value}.", "CPF {value}"],
    "card": ["I paid with card {value}.", "The card number is {value}, please check."],
}
