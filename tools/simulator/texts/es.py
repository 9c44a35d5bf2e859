"""Spanish, as in the United States."""

REVIEW_TITLES = {
    "good": ["Me encanta", "Gran compra", "Justo lo que quería", "Lo compraría otra vez 👍", "Muy contento"],
    "mixed": ["Está bien", "Regular", "Cumple", "Bueno, con peros"],
    "bad": ["Decepción", "No vale la pena", "Nunca más", "Dinero tirado 😡", "Malo"],
}
REVIEW_BODIES = {
    "good": [
        "{product}: funciona perfecto desde el primer día.",
        "Fácil de configurar y muy bien hecho.",
        "Mejor de lo que esperaba por el precio.",
        "Lo uso todos los días y no tengo quejas.",
    ],
    "mixed": [
        "{product}: hace lo que debe, pero la batería podría durar más.",
        "Buena pantalla, altavoces flojos.",
        "Por el precio está bien, pero se siente un poco barato.",
    ],
    "product": [
        "{product}: lento y pierde la conexión a cada rato.",
        "La calidad no se parece a las fotos.",
        "Después de una semana solo problemas, se congela siempre.",
    ],
    "late": [
        "El paquete llegó días después de lo prometido y nadie avisó.",
        "La entrega tardó una eternidad. Era un regalo y llegó tarde.",
        "El producto quizá sea bueno, pero esperar tanto un paquete retrasado no lo es.",
    ],
    "defect": [
        "{product}: llegó defectuoso, la pantalla estaba rota.",
        "Venía roto de la caja y no encendía.",
        "Llegó dañado, tuve que devolverlo.",
    ],
}
REVIEW_MORE = {
    "good": ["A mi familia también le gusta.", "¡Gracias!", "Cinco estrellas ⭐", "También venía bien empacado."],
    "mixed": ["A ver cuánto dura.", "Me lo quedo por ahora.", "Habrá mejores."],
    "bad": ["Quiero mi dinero de vuelta.", "No lo recomiendo.", "Piénsenlo bien antes de comprar."],
}
SUBJECTS = {
    "delivery": ["¿Dónde está mi paquete?", "El pedido {order} no ha llegado", "Entrega retrasada"],
    "defect": ["Producto defectuoso", "Artículo roto en {order}", "No enciende"],
    "return": ["¿Cuándo recibo el reembolso?", "Devolución del pedido {order}", "¿Llegó mi devolución?"],
    "payment": ["Pago rechazado", "Tarjeta rechazada en {order}", "¿Cobro doble?"],
    "account": ["No puedo entrar", "Cambio de mis datos", "Pregunta sobre mi cuenta"],
    "other": ["Pregunta antes de comprar", "Necesito factura", "Sugerencia"],
}
OPENINGS = {
    "delivery": [
        "Hola, mi pedido {order} ya debería haber llegado, pero el rastreo no se mueve hace días.",
        "Sigo esperando {order}. ¿Pueden averiguar dónde está el paquete?",
        "Pasó el día prometido y no hay paquete. ¿Qué pasó? 😕",
    ],
    "defect": [
        "Hola, {product} del pedido {order} llegó dañado. No enciende.",
        "El artículo está defectuoso: la pantalla parpadea y se apaga. ¿Y ahora?",
        "Abrí la caja y el aparato estaba roto. Estoy muy molesto 😡",
    ],
    "return": [
        "Devolví todo el pedido {order}. ¿Cuándo recibo mi dinero?",
        "La devolución les llegó hace días, pero no hay reembolso.",
        "Hola, ¿llegó mi devolución? No sé nada.",
    ],
    "payment": [
        "Mi pago de {order} falló. ¿Tengo que pedir otra vez?",
        "Intenté pagar dos veces y fue rechazado. ¿Me cobraron algo?",
        "La tienda dice que el pago no funcionó, ayuda por favor.",
    ],
    "account": [
        "Ya no puedo entrar, el correo para la clave nunca llega.",
        "Por favor corrijan los datos de mi cuenta.",
        "¿Cómo cambio mi dirección en la app?",
    ],
    "other": [
        "¿{product} viene con cargador?",
        "Necesito una factura a nombre de mi empresa.",
        "Solo quería decir que el empaque podría tener menos plástico 🙂",
    ],
}
ANSWERS = {
    "delivery": [
        "Lamentamos el retraso. El transportista dice que el paquete va en camino.",
        "Gracias por su paciencia, preguntamos al transportista y le avisaremos.",
    ],
    "defect": [
        "Lo sentimos. Envíelo de vuelta con la etiqueta, y lo reembolsamos o cambiamos.",
        "Eso no debería pasar. ¿Qué ve exactamente al encenderlo?",
    ],
    "return": [
        "Su devolución llegó. El reembolso tarda de dos a tres días hábiles.",
        "Revisamos la devolución, y el dinero va en camino.",
    ],
    "payment": [
        "No se cobró nada por el intento fallido. Puede pagar otra vez desde su cuenta.",
        "El banco rechazó el primer intento; el segundo funcionó.",
    ],
    "account": ["Le enviamos un nuevo enlace para entrar.", "Actualizamos su cuenta."],
    "other": ["Gracias por preguntar, abajo están los detalles.", "Gracias, ya lo pasé."],
}
FOLLOW_UPS = [
    "Gracias, espero.",
    "Eso no me ayuda mucho. ¿Cuándo exactamente?",
    "Perfecto, se resolvió 🙏",
    "Eso ya lo oí antes. Dense prisa, por favor.",
]
CLOSINGS = [
    "De nada. Cierro el caso; responda si falta algo.",
    "Ya va en camino. Gracias por su paciencia.",
]
GREETING = "Hola {value},"
ACKNOWLEDGED = "Recibimos su mensaje y responderemos en un día hábil."
SURVEY = {
    "good": ["Rápido, fácil, amable.", "Buenos precios, buen servicio 🎉", "Siempre compro aquí."],
    "mixed": ["Estuvo bien, nada especial.", "Buena tienda, pero el envío es caro.", "Ok"],
    "late": ["Mi paquete llegó tarde.", "Retraso, y nadie avisa.", "Esperé una eternidad, tarde otra vez 😠"],
    "defect": ["El aparato estaba roto.", "Recibí un artículo defectuoso, y además tuve que devolverlo."],
    "bad": ["El producto no es lo que esperaba.", "Caro, y la calidad es mala.", "Nunca más."],
}
SURVEY_MORE = ['Dicen "llega mañana", nunca llega.', "Lo demás, todo bien.", "Llámenme, si se atreven."]
MENTIONS = {
    "delivery": {
        "good": ["Pedí ayer, llegó hoy. Bien @TechCo 🚀", "La entrega de @TechCo, puntual"],
        "bad": [
            "@TechCo ¿dónde está mi paquete?",
            "Otra entrega tarde de @TechCo 😤",
            "El envío de @TechCo es un chiste",
        ],
    },
    "product": {
        "good": ["Feliz con mi {product} de @TechCo 😍", "{product} vale cada centavo #TechCo"],
        "bad": ["Mi {product} se rompió en una semana, gracias @TechCo", "@TechCo agotado otra vez, ¿en serio?"],
    },
    "price": {
        "good": ["Esa oferta de @TechCo 🔥", "El mejor precio que vi, #TechCo"],
        "bad": ["@TechCo sube los precios antes de cada oferta", "Más barato en otro lado, @TechCo"],
    },
    "service": {
        "good": ["Bravo al soporte de @TechCo, resuelto en minutos", "La gente de @TechCo es muy amable"],
        "bad": ["El soporte de @TechCo me ignora", "Tres correos, ninguna respuesta. ¿@TechCo?"],
    },
}
REQUESTS = {
    "erase": ["Por favor borren todos mis datos y confírmenlo.", "Cerré mi cuenta. Borren todo lo que tengan de mí."],
    "export": ["Quiero una copia de todos mis datos.", "¿Qué datos tienen guardados de mí?"],
    "object": ["Me opongo al uso de mis datos para publicidad.", "No vendan ni compartan mis datos."],
    "rectify": ["Mis datos están mal, por favor corríjanlos.", "Por favor corrijan mi nombre."],
}
HIDDEN = {
    "email": ["Escríbanme a {value}.", "Mi correo es {value}.", "Mi contacto: {value}"],
    "phone": ["Llámenme al {value}.", "Mi número es {value}.", "Tel.: {value}"],
    "name": ["Saludos, {value}", "El pedido está a nombre de {value}.", "— {value}"],
    "national_id": ["Mi CPF es {value}.", "CPF {value}"],
    "card": ["Pagué con la tarjeta {value}.", "El número de la tarjeta es {value}, revisen."],
}
