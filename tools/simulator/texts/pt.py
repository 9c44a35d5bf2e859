"""Portuguese, as in Brazil."""

REVIEW_TITLES = {
    "good": ["Adorei", "Ótima compra", "Exatamente o que eu queria", "Compraria de novo 👍", "Muito satisfeito"],
    "mixed": ["Razoável", "Mais ou menos", "Cumpre o que promete", "Bom, com ressalvas"],
    "bad": ["Decepção", "Não vale a pena", "Nunca mais", "Dinheiro jogado fora 😡", "Péssimo"],
}
REVIEW_BODIES = {
    "good": [
        "{product}: funciona perfeitamente desde o primeiro dia.",
        "Fácil de configurar e muito bem feito.",
        "Melhor do que eu esperava pelo preço.",
        "Uso todo dia e não tenho do que reclamar.",
    ],
    "mixed": [
        "{product}: faz o que deve, mas a bateria poderia durar mais.",
        "Tela boa, som fraco.",
        "Pelo preço está bom, mas parece um pouco frágil.",
    ],
    "product": [
        "{product}: lento e perde a conexão o tempo todo.",
        "A qualidade não chega perto do que as fotos prometem.",
        "Depois de uma semana só problema, trava sempre.",
    ],
    "late": [
        "O pacote chegou dias depois do prazo e ninguém avisou.",
        "A entrega demorou demais. Era um presente e chegou atrasado.",
        "O produto pode ser bom, mas esperar tanto por um pacote atrasado não é.",
    ],
    "defect": [
        "{product}: chegou com defeito, a tela estava trincada.",
        "Veio quebrado da caixa e não ligava.",
        "Chegou danificado, tive que devolver.",
    ],
}
REVIEW_MORE = {
    "good": ["A família também gostou.", "Obrigado!", "Cinco estrelas ⭐", "A embalagem também veio caprichada."],
    "mixed": ["Vamos ver quanto dura.", "Vou ficar com ele por enquanto.", "Deve haver melhores."],
    "bad": ["Quero meu dinheiro de volta.", "Não recomendo.", "Pense bem antes de comprar."],
}
SUBJECTS = {
    "delivery": ["Cadê meu pacote?", "Pedido {order} não chegou", "Entrega atrasada"],
    "defect": ["Produto com defeito", "Item quebrado no pedido {order}", "Não liga"],
    "return": ["Quando recebo o reembolso?", "Devolução do pedido {order}", "Devolução chegou?"],
    "payment": ["Pagamento recusado", "Cartão recusado no pedido {order}", "Cobrança dupla?"],
    "account": ["Não consigo entrar", "Mudança dos meus dados", "Dúvida sobre minha conta"],
    "other": ["Dúvida antes da compra", "Preciso da nota fiscal", "Sugestão"],
}
OPENINGS = {
    "delivery": [
        "Olá, meu pedido {order} já deveria ter chegado, mas o rastreio está parado há dias.",
        "Ainda estou esperando o {order}. Podem verificar onde está o pacote?",
        "O prazo passou e nada do pacote. O que houve? 😕",
    ],
    "defect": [
        "Oi, {product} do pedido {order} chegou danificado. Não liga.",
        "O item está com defeito: a tela pisca e apaga. E agora?",
        "Abri a caixa e o aparelho estava quebrado. Estou muito chateado 😡",
    ],
    "return": [
        "Devolvi tudo do pedido {order}. Quando recebo meu dinheiro?",
        "A devolução chegou aí há dias, mas não há reembolso.",
        "Olá, minha devolução chegou? Não tive notícia.",
    ],
    "payment": [
        "Meu pagamento do {order} falhou. Preciso pedir de novo?",
        "Tentei pagar duas vezes e foi recusado. Cobraram alguma coisa?",
        "A loja diz que o pagamento não deu certo, me ajudem.",
    ],
    "account": [
        "Não consigo mais entrar, o e-mail de senha nunca chega.",
        "Por favor corrijam os dados da minha conta.",
        "Como mudo meu endereço no aplicativo?",
    ],
    "other": [
        "O {product} vem com carregador?",
        "Preciso da nota fiscal no nome da empresa.",
        "Só queria dizer que a embalagem poderia ter menos plástico 🙂",
    ],
}
ANSWERS = {
    "delivery": [
        "Pedimos desculpas pelo atraso. A transportadora informa que o pacote está a caminho.",
        "Obrigado pela paciência, consultamos a transportadora e avisaremos.",
    ],
    "defect": [
        "Sentimos muito. Envie de volta com a etiqueta, e faremos o reembolso ou a troca.",
        "Isso não deveria acontecer. O que aparece quando você liga o aparelho?",
    ],
    "return": [
        "Sua devolução chegou. O reembolso leva de dois a três dias úteis.",
        "Conferimos a devolução, e o dinheiro está a caminho.",
    ],
    "payment": [
        "Nada foi cobrado pela tentativa recusada. Você pode pagar de novo pela sua conta.",
        "O banco recusou a primeira tentativa; a segunda deu certo.",
    ],
    "account": ["Enviamos um novo link de acesso.", "Atualizamos sua conta."],
    "other": ["Obrigado pela pergunta, seguem os detalhes.", "Obrigado, já repassei."],
}
FOLLOW_UPS = [
    "Obrigado, vou esperar.",
    "Isso não me ajuda muito. Quando exatamente?",
    "Ótimo, resolveu 🙏",
    "Já ouvi isso antes. Por favor, rápido.",
]
CLOSINGS = [
    "De nada. Vou encerrar o chamado; responda se faltar algo.",
    "Já está a caminho. Obrigado pela paciência.",
]
GREETING = "Olá {value},"
ACKNOWLEDGED = "Recebemos sua mensagem e responderemos em até um dia útil."
SURVEY = {
    "good": ["Rápido, fácil, simpático.", "Bons preços, bom atendimento 🎉", "Sempre compro aqui."],
    "mixed": ["Foi bom, nada de especial.", "Boa loja, mas o frete é caro.", "Ok"],
    "late": ["Meu pacote chegou atrasado.", "Atraso, e ninguém avisa.", "Esperei demais, atrasou de novo 😠"],
    "defect": ["O aparelho veio quebrado.", "Recebi um item com defeito, e ainda tive que devolver."],
    "bad": ["O produto não é o que eu esperava.", "Caro, e a qualidade é ruim.", "Nunca mais."],
}
SURVEY_MORE = ['Dizem "chega amanhã", nunca chega.', "De resto, tudo certo.", "Podem me ligar, se quiserem."]
MENTIONS = {
    "delivery": {
        "good": ["Pedi ontem, chegou hoje. Valeu @TechCo 🚀", "Entrega da @TechCo no prazo"],
        "bad": [
            "@TechCo cadê meu pacote??",
            "Mais uma entrega atrasada da @TechCo 😤",
            "O frete da @TechCo é uma piada",
        ],
    },
    "product": {
        "good": ["Amando meu {product} da @TechCo 😍", "{product} vale cada centavo #TechCo"],
        "bad": ["Meu {product} quebrou em uma semana, valeu @TechCo", "@TechCo esgotado de novo, sério?"],
    },
    "price": {
        "good": ["Essa promoção da @TechCo 🔥", "Melhor preço que vi, #TechCo"],
        "bad": ["@TechCo aumenta o preço antes da promoção", "Mais barato em outro lugar, @TechCo"],
    },
    "service": {
        "good": ["Parabéns ao suporte da @TechCo, resolveu em minutos", "O pessoal da @TechCo é ótimo"],
        "bad": ["O suporte da @TechCo me ignora", "Três e-mails, nenhuma resposta. @TechCo?"],
    },
}
REQUESTS = {
    "erase": ["Peço a exclusão de todos os meus dados (LGPD, art. 18).", "Fechei a conta. Apaguem tudo sobre mim."],
    "export": ["Quero uma cópia de todos os meus dados (LGPD).", "O que vocês têm guardado sobre mim?"],
    "object": ["Não autorizo o uso dos meus dados para propaganda.", "Não compartilhem meus dados."],
    "rectify": ["Meus dados estão errados, por favor corrijam.", "Por favor corrijam meu nome."],
}
HIDDEN = {
    "email": ["Escrevam para {value}.", "Meu e-mail é {value}.", "Meu contato: {value}"],
    "phone": ["Liguem para {value}.", "Meu telefone é {value}.", "Tel.: {value}"],
    "name": ["Atenciosamente, {value}", "O pedido está no nome de {value}.", "— {value}"],
    "national_id": ["Meu CPF é {value}.", "CPF {value}"],
    "card": ["Paguei com o cartão {value}.", "O número do cartão é {value}, confiram."],
}
