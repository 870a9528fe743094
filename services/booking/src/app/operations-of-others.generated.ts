// Generated from the openapi.json of each service by `npm run build`; do not edit.
export const OPERATIONS_OF_OTHERS = [
  {
    "paths": {
      "/staff/appointments/{appointmentId}/messages": {
        "get": {
          "operationId": "listStaffMessages",
          "x-answered-by": "notifications",
          "summary": "Every message of an appointment and what became of it",
          "description": "E-mails, text messages and alerts to the operators, those that failed or were withheld included. What becomes of an e-mail is told by its provider, usually within seconds; a bounce or a complaint may come days later. An appointment that was booked this very moment may not be known here yet.",
          "security": [
            {
              "staffToken": []
            }
          ],
          "parameters": [
            {
              "name": "appointmentId",
              "in": "path",
              "required": true,
              "schema": {
                "type": "string"
              }
            },
            {
              "name": "limit",
              "in": "query",
              "required": false,
              "schema": {
                "default": 50,
                "type": "integer",
                "minimum": 1,
                "maximum": 100
              }
            },
            {
              "name": "cursor",
              "in": "query",
              "required": false,
              "schema": {
                "description": "`next` of the page before.",
                "type": "string",
                "maxLength": 1000
              }
            }
          ],
          "responses": {
            "200": {
              "description": "Oldest first.",
              "headers": {
                "x-request-id": {
                  "$ref": "#/components/headers/x-request-id"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/StaffMessages"
                  }
                }
              }
            },
            "400": {
              "description": "Every fault of the request, in `errors`.",
              "headers": {
                "x-request-id": {
                  "$ref": "#/components/headers/x-request-id"
                }
              },
              "content": {
                "application/problem+json": {
                  "schema": {
                    "$ref": "#/components/schemas/Problem"
                  },
                  "examples": {
                    "invalid-request": {
                      "$ref": "#/components/examples/invalid-request"
                    }
                  }
                }
              }
            },
            "401": {
              "description": "There is no token, or it is not taken.",
              "headers": {
                "apigw-requestid": {
                  "$ref": "#/components/headers/apigw-requestid"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/GatewayAnswer"
                  }
                }
              }
            },
            "403": {
              "description": "The token has not the scope `staff`.",
              "headers": {
                "apigw-requestid": {
                  "$ref": "#/components/headers/apigw-requestid"
                }
              },
              "content": {
                "application/json": {
                  "schema": {
                    "$ref": "#/components/schemas/GatewayAnswer"
                  }
                }
              }
            },
            "404": {
              "description": "There is no such appointment.",
              "headers": {
                "x-request-id": {
                  "$ref": "#/components/headers/x-request-id"
                }
              },
              "content": {
                "application/problem+json": {
                  "schema": {
                    "$ref": "#/components/schemas/Problem"
                  },
                  "examples": {
                    "no-such-appointment": {
                      "$ref": "#/components/examples/no-such-appointment"
                    }
                  }
                }
              }
            }
          }
        }
      }
    },
    "schemas": {
      "StaffMessages": {
        "type": "object",
        "properties": {
          "messages": {
            "type": "array",
            "items": {
              "type": "object",
              "properties": {
                "version": {
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 9007199254740991,
                  "description": "The version of the appointment that it tells of."
                },
                "template": {
                  "type": "string",
                  "example": "reminder-24h"
                },
                "channel": {
                  "type": "string",
                  "enum": [
                    "email",
                    "sms",
                    "alert"
                  ]
                },
                "recipient": {
                  "type": "string",
                  "enum": [
                    "client",
                    "agent",
                    "operators"
                  ]
                },
                "status": {
                  "type": "string",
                  "enum": [
                    "sending",
                    "sent",
                    "delayed",
                    "delivered",
                    "bounced",
                    "rejected",
                    "complained",
                    "failed",
                    "unknown"
                  ],
                  "description": "`sending`: not answered for yet. `sent`: taken by the provider. `failed`: not sent, and why is in the history. `unknown`: a text whose answer was lost. The others are what the provider told of an e-mail."
                },
                "at": {
                  "type": "string",
                  "format": "date-time",
                  "description": "Since when it has this status."
                },
                "history": {
                  "type": "array",
                  "items": {
                    "type": "object",
                    "properties": {
                      "at": {
                        "type": "string",
                        "format": "date-time"
                      },
                      "status": {
                        "type": "string",
                        "enum": [
                          "sending",
                          "sent",
                          "delayed",
                          "delivered",
                          "bounced",
                          "rejected",
                          "complained",
                          "failed",
                          "unknown"
                        ],
                        "description": "`sending`: not answered for yet. `sent`: taken by the provider. `failed`: not sent, and why is in the history. `unknown`: a text whose answer was lost. The others are what the provider told of an e-mail."
                      },
                      "reason": {
                        "description": "Why it failed, or the kind of the bounce, the delay or the complaint in the words of the provider.",
                        "example": "permanent-general",
                        "type": "string"
                      }
                    },
                    "required": [
                      "at",
                      "status"
                    ]
                  },
                  "description": "Oldest first."
                },
                "providerId": {
                  "description": "The id by which the provider knows it.",
                  "type": "string"
                }
              },
              "required": [
                "version",
                "template",
                "channel",
                "recipient",
                "status",
                "at",
                "history"
              ]
            },
            "description": "Oldest first."
          },
          "next": {
            "description": "The `cursor` of the next page; left out on the last.",
            "type": "string"
          }
        },
        "required": [
          "messages"
        ]
      }
    }
  }
];
